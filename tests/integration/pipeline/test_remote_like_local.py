"""A bucket and a folder with the same files, after any changes: the same locations, sidecars, counts and lookalikes."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from dampipe.features.scanning.known_files import (
    children_first,
    known_folders,
    known_folders_children_first,
)
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.sources.folders import ensure_folders
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import SourceId
from dampipe.kernel.paths import join_key
from dampipe.media.filetypes import is_media
from dampipe.storage.files.memory import Bucket
from tests.support.buckets import bucket, url_of
from tests.support.scanning import Scanning

FOLDERS = (
    "", "a", "a-b", "a.b", "a/c", "é", "a/M4ROOT/CLIP", "a/M4ROOT/SUB", "a/m4root/THMBNL", "CONTENTS/VIDEO",
    "CONTENTS/AUDIO", "CONTENTS/CLIP", "CONTENTS/Music", "CONTENTS/zoom", "DCIM/100GOPRO", "DCIM/CANONMSC",
    "PRIVATE/AVCHD/BDMV/STREAM", "PRIVATE/AVCHD/BDMV/CLIPINF", "PRIVATE/AVCHD/AVCHDTN", "@eaDir", ".hidden",
    "skip", "a/A.RDC",
)  # fmt: skip
NAMES = (
    "1.mp4", "1.XML", "1.mp4.xmp", "1.WAV", "1M01.XML", "GX010001.MP4", "GL010001.LRV", "1_H.mov", "2.lrv", "x.ts",
    "y.ts", "notes.txt", "odd.foo", ".dot.mp4", "skip.mp4", "lrv_1.insv", "0001AB.MXF", "0001AB00.MXF",
)  # fmt: skip
CONTENTS = (b"", b"text", b"\x47" + b"\0" * 187 + b"\x47" + b"\0" * 900, b"other")

Tree = dict[str, bytes]
KEYS = st.builds(join_key, st.sampled_from(FOLDERS), st.sampled_from(NAMES))
TREES = st.dictionaries(KEYS, st.sampled_from(CONTENTS), max_size=14)


def put_local(root: Path, tree: Tree, before: Tree) -> None:
    for key in before.keys() - tree.keys():
        (root / key).unlink()
    for folder in sorted((path for path in root.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    root.mkdir(exist_ok=True)
    for key, data in tree.items():
        if before.get(key) != data:
            path = root / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            # A time of its own for each content, so that both tell a change by the same.
            at = 10**18 + CONTENTS.index(data)
            os.utime(path, ns=(at, at))


def put_remote(store: Bucket, tree: Tree, before: Tree) -> None:
    for key in before.keys() - tree.keys():
        store.remove(key)
    for key, data in tree.items():
        if before.get(key) != data:
            store.write(key, data)


def facts(here: Scanning, root: str) -> dict[str, Any]:
    """What the catalogue knows of a source: state by key, and sidecars by folder."""
    with here.catalog.database.read() as connection:
        joined = LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE)
        rows = connection.execute(
            select(FOLDER.c.path, LOCATION.c.name, LOCATION.c.state, LOCATION.c.size)
            .select_from(joined)
            .where(SOURCE.c.root == root)
        ).all()
        folders = connection.execute(
            select(FOLDER.c.path, FOLDER.c.sidecars)
            .select_from(FOLDER.join(SOURCE))
            .where(SOURCE.c.root == root)
        ).all()
    present = {path for path, _, state, _ in rows if state == "present"}
    return {
        "present": {join_key(path, name): size for path, name, state, size in rows if state == "present"},
        "sidecars": {
            path: {clip: sorted(own) for clip, own in json.loads(text).items()}
            for path, text in folders
            if text != "{}" and path in present
        },
    }


@pytest.fixture(scope="module")
def catalogues() -> Iterator[Callable[[], Scanning]]:
    folder = Path(tempfile.mkdtemp(prefix="dampipe-remote-"))
    made: list[Scanning] = []
    first = Scanning(f"sqlite:///{folder}/empty.sqlite")
    first.close()

    def new() -> Scanning:
        path = folder / f"{len(made)}.sqlite"
        shutil.copyfile(folder / "empty.sqlite", path)
        made.append(Scanning(f"sqlite:///{path}", set_up=False))
        made[-1].policy = ScanPolicy(is_media, 0.0, exclude=("skip/", "skip.mp4"))
        return made[-1]

    yield new
    for one in made:
        one.close()
    shutil.rmtree(folder)


@given(trees=st.lists(TREES, min_size=2, max_size=4))
@settings(
    max_examples=int(os.environ.get("REMOTE_EXAMPLES", "12")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_bucket_is_scanned_as_a_folder_is(catalogues: Callable[[], Scanning], trees: list[Tree]) -> None:
    here = catalogues()
    root = Path(tempfile.mkdtemp(prefix="dampipe-tree-")) / "r"
    root.mkdir()
    before: Tree = {}
    try:
        with bucket() as store:
            for tree in trees:
                put_local(root, tree, before)
                put_remote(store, tree, before)
                before = tree
                local = here.scan(root, accept_missing=True)
                here.hash_all()
                remote = here.scan(url_of(store), accept_missing=True)
                here.hash_all()
                # A move has the same inode here, the same checksum there: what one finds to have moved is missing,
                # and new elsewhere, for the other.
                ours, theirs = facts(here, str(root)), facts(here, url_of(store))
                assert ours["present"] == theirs["present"]
                assert ours["sidecars"] == theirs["sidecars"]
                same = {"found", "unknown", "unchanged"}
                assert local.model_dump(include=same) == remote.model_dump(include=same)
                assert local.changed == remote.changed
                gained = [scan.new + scan.returned + scan.moved for scan in (local, remote)]
                assert gained[0] == gained[1]
                again = here.scan(url_of(store))
                assert (again.unchanged, again.new, again.changed) == (remote.found, 0, 0)
    finally:
        shutil.rmtree(root.parent)


@given(
    paths=st.sets(st.text(alphabet="ab-./0", min_size=1, max_size=5), max_size=30),
    after=st.none() | st.text(alphabet="ab-./0", max_size=5),
    top=st.sampled_from(["", "a", "a/b", "b-"]),
    page=st.integers(1, 5),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_known_folders_are_read_children_first_from_anywhere(
    catalogues: Callable[[], Scanning], paths: set[str], after: str | None, top: str, page: int
) -> None:
    database: Database = catalogues().catalog.database
    with database.write() as connection:
        made = connection.execute(
            SOURCE.insert().values(name="s", root="s3://b", added_at=0.0, versions="footage")
        )
        source = SourceId(made.inserted_primary_key[0])
        ensure_folders(connection, database, {(source, path) for path in {*paths, ""}})
    wanted = {folder.path for folder in known_folders(database, source, top, None, 100)}
    expected = sorted(wanted, key=children_first)
    if after is not None:
        expected = [path for path in expected if children_first(path) > children_first(after)]
    found = list(known_folders_children_first(database, source, top, after, page))
    assert [folder.path for folder in found] == expected
    assert [folder.key for folder in found] == [children_first(path) for path in expected]
