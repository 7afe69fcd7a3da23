"""A process that is killed while a changed file becomes a version leaves all done, or nothing."""

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from dampipe.features.assets.tables import ASSET, VERSION
from dampipe.features.metadata.tables import VALUE
from dampipe.features.tagging.fields import is_tag
from dampipe.features.versions.tables import VERSION_OPERATION
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.tables import EVENT
from dampipe.media.outputs import Preview
from dampipe.vision.tiny.drawing import scenes
from tests.integration.pipeline.test_kill import Steps
from tests.support.catalog import Catalog
from tests.support.pipeline import save_output
from tests.support.versions import Versions, encoded, scene_clip


def state(catalog: Catalog) -> tuple[int, list[int], list[int], int]:
    """Assets, the assets of the versions and of the tag, and merges."""
    with catalog.database.read() as connection:
        assets = list(connection.execute(select(ASSET.c.id)).scalars())
        versions = list(connection.execute(select(VERSION.c.asset_id).order_by(VERSION.c.id)).scalars())
        tags = list(connection.execute(select(VALUE.c.asset_id).where(is_tag())).scalars())
        merged = connection.execute(select(EVENT.c.id).where(EVENT.c.name == "asset.merged")).all()
        records = connection.execute(select(VERSION_OPERATION.c.id)).all()
    assert len(merged) == len(records)
    return len(assets), versions, tags, len(merged)


def test_a_merge_killed_at_any_statement_is_done_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Versions(tmp_path)
    catalog = library.catalog
    shown = list(scenes())[:3]
    clip = scene_clip(library.ffmpeg, tmp_path / "clip.mp4", shown, [2.0, 1.5, 2.5], np.random.default_rng(1))
    library.take_in(clip)
    catalog.tags.add("interview", [1])
    encoded(library.ffmpeg, clip, tmp_path / "new.mp4", ("-c:v", "libx264", "-crf", "30"))
    shutil.move(tmp_path / "new.mp4", clip)
    kept: list[Any] = []
    monkeypatch.setattr("tests.support.versions.save_output", lambda *given: kept.append(given))
    library.take_in(clip)
    [(_, version, preview)] = kept
    assert isinstance(preview, Preview)
    before = state(catalog)
    assert before == (2, [1, 2], [1], 0)
    catalog.database.close()

    kills = 0
    for step in range(1, 200):
        child = os.fork()
        if child == 0:
            try:
                mine = Catalog(Database(str(catalog.database.url)))
                Steps(mine.database.engine, step)
                save_output(mine, version, preview)
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
            break
        kills += 1
        assert state(catalog) in (before, (1, [1, 1], [1], 1))
        if state(catalog) != before:
            break
        catalog.database.close()
    assert kills > 20
    save_output(catalog, version, preview)
    assert state(catalog) == (1, [1, 1], [1], 1)
    library.close()
