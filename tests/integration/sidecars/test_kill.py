"""A process that is killed while it writes a sidecar leaves the old one or the new one, and an outbox that agrees."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from dampipe.features.sidecars import files
from dampipe.features.sidecars.model import OutboxState
from tests.integration.pipeline.test_kill import Steps
from tests.support.sidecar_samples import LIGHTROOM
from tests.support.sidecars import Sidecars

NEW = LIGHTROOM.replace(b"Night drive", b"Mine").replace(b'xmp:Rating="3"', b'xmp:Rating="5"')
SYSTEM_CALLS = ("open", "unlink", "link", "rename", "fsync", "fchown", "fchmod")


def killed(local: Sidecars, step: int, action: str) -> bool:
    """Do something in a process that is killed at a statement or a call of the system; whether it came to that."""
    local.database.close()
    child = os.fork()
    if child == 0:
        try:
            mine = Sidecars(local.url, local.folder, set_up=False)
            steps = Steps(mine.database.engine, step)

            def counted(call: Any) -> Any:
                def run(*given: Any, **more: Any) -> Any:
                    steps.step()
                    done = call(*given, **more)
                    steps.step()
                    return done

                return run

            for name in SYSTEM_CALLS:
                setattr(os, name, counted(getattr(os, name)))
            getattr(mine, action)()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def test_a_write_killed_at_any_step_is_done_once(local: Sidecars) -> None:
    assert files.os is os
    local.clip("a.mp4")
    path = local.write("a.xmp", LIGHTROOM)
    local.clip("b.mp4")
    local.scan()
    local.place()
    local.edit("a.mp4", set={"title": "Mine", "rating": 5})
    local.edit("b.mp4", set={"title": "Mine"})
    seen: set[bytes] = set()
    kills = 0
    for step in range(1, 400):
        was_killed = killed(local, step, "flush")
        seen.add(path.read_bytes())
        assert path.read_bytes() in (LIGHTROOM, NEW)
        new = local.root / "b.mp4.xmp"
        assert not new.exists() or local.texts("b.mp4.xmp", "dc:title") == ("Mine",)
        if path.read_bytes() == LIGHTROOM:
            assert local.state("a.mp4")[0] == "pending"
        local.take_in()  # whoever reads it now knows that we wrote it
        local.reader.read_locations([1, 2], again=True)
        assert local.says("a.mp4", "title", "sidecar") == ["Night drive"]
        assert local.says("a.mp4", "rating", "sidecar") == [3]
        assert local.says("b.mp4", "title", "sidecar") == []
        if not was_killed:
            break
        kills += 1
        if path.read_bytes() == NEW and new.exists() and step % 3:
            assert set(local.flush()) <= {OutboxState.WRITTEN}  # another process goes on
            local.edit("a.mp4", set={"title": "Other", "rating": 1})
            local.edit("b.mp4", unset=["title"])
            local.flush()
            _begin_again(local, path)
    assert kills > 60 and seen == {LIGHTROOM, NEW}
    local.flush()
    assert path.read_bytes() == NEW and local.state("a.mp4") == ("written", [])
    assert local.state("b.mp4") == ("written", [])
    assert sorted(os.listdir(local.root)) == ["a.mp4", "a.xmp", "b.mp4", "b.mp4.xmp"]
    local.scan()
    assert local.says("a.mp4", "title", "sidecar") == ["Night drive"] and local.flush() == {}


def _begin_again(local: Sidecars, path: Path) -> None:
    """Back to where it began: the sidecars as they were, and the same wishes."""
    local.edit("a.mp4", unset=["title", "rating"])
    local.flush()
    assert path.read_bytes() == LIGHTROOM
    local.edit("a.mp4", set={"title": "Mine", "rating": 5})
    local.edit("b.mp4", set={"title": "Mine"})


@pytest.mark.parametrize("step", [3, 9, 15, 21, 27, 33])
def test_a_reader_that_is_killed_reads_again(local: Sidecars, step: int) -> None:
    local.clip("a.mp4")
    local.write("a.xmp", LIGHTROOM)
    local.scanning.scan(local.root)
    local.scanning.hash_all()
    assert killed(local, step, "take_in")
    local.take_in()
    assert local.value("a.mp4", "title") == ["Night drive"] and local.value("a.mp4", "rating") == [3]
