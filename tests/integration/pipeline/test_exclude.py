"""What a scan passes by: system and hidden folders, and what the user says in the syntax of .gitignore."""

from pathlib import Path

import pytest

from dampipe.kernel.gitignore import Exclude
from dampipe.kernel.settings.settings import Settings
from dampipe.media.outputs import DerivativeKind, MadeFile
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.storage.blobs.local import LocalBlobs
from tests.support.scanning import Scanning

TREE = (
    "a.mp4",
    "day1/b.mp4",
    "day1/proxies/c.mp4",
    "day1/b_proxy.mp4",
    ".hidden/d.mp4",
    ".Trash-1000/files/e.mp4",
    "@eaDir/f.mp4",
    "day1/#recycle/g.mp4",
    "lost+found/h.mp4",
    "System Volume Information/i.mp4",
    "$RECYCLE.BIN/j.mp4",
    "__MACOSX/k.mp4",
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in TREE:
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path / "tree"


def taken(tree: Path, *exclude: str) -> set[str]:
    here = Scanning(f"sqlite:///{tree.parent / 'c.sqlite'}", exclude)
    here.scan(tree)
    found = {str(Path(path).relative_to(tree)) for path in here.places()}
    here.close()
    return found


USUAL = {"a.mp4", "day1/b.mp4", "day1/proxies/c.mp4", "day1/b_proxy.mp4"}


@pytest.mark.parametrize(
    ("exclude", "expected"),
    [
        ((), {*USUAL, "__MACOSX/k.mp4"}),
        (tuple(Settings().exclude), USUAL),
        (("__MACOSX", "proxies/", "*_proxy.mp4"), {"a.mp4", "day1/b.mp4"}),
        (("__MACOSX", "/b.mp4"), USUAL),
        (("__MACOSX", "/day1/*", "!/day1/proxies"), {"a.mp4", "day1/proxies/c.mp4"}),
        (("__MACOSX", "!@eaDir/"), {*USUAL, "@eaDir/f.mp4"}),
        (("__MACOSX", "*.mp4", "!b.mp4"), {"day1/b.mp4"}),
        (("__MACOSX", "# a comment", ""), USUAL),
    ],
)
def test_what_is_taken(tree: Path, exclude: tuple[str, ...], expected: set[str]) -> None:
    assert taken(tree, *exclude) == expected


def test_what_is_excluded_later_goes_missing_and_comes_back(tree: Path) -> None:
    assert taken(tree, "__MACOSX") == USUAL
    here = Scanning(f"sqlite:///{tree.parent / 'c.sqlite'}", ("__MACOSX", "proxies/"))
    here.hash_all()
    assert here.scan(tree).missing == 1
    here.close()
    again = Scanning(f"sqlite:///{tree.parent / 'c.sqlite'}", ("__MACOSX",))
    found = again.scan(tree)
    assert (found.new, found.returned, found.unchanged) == (0, 1, 3)
    again.close()


def test_a_hidden_folder_that_was_asked_for_is_taken(tree: Path) -> None:
    here = Scanning(f"sqlite:///{tree.parent / 'c.sqlite'}")
    assert here.scan(tree / ".hidden").found == 1
    found = here.scan(tree)
    assert (found.unchanged, found.missing) == (1, 0), "a source keeps its files when another holds it"
    here.close()


@pytest.mark.parametrize("where", ["home/derivatives", "."])
def test_what_was_made_of_footage_is_no_footage(tree: Path, where: str) -> None:
    store = DerivativeStore(LocalBlobs(tree / where))
    with store.workspace() as folder:
        (folder / "proxy.mp4").write_bytes(b"made")
        made = MadeFile(DerivativeKind.PROXY, folder / "proxy.mp4", "video/mp4")
        store.publish("ab" * 20, lambda _: "f00936edb1a3", [made])
    assert list(tree.rglob("proxy.mp4"))
    assert taken(tree, "__MACOSX") == USUAL


def test_patterns_of_folders_cost_files_nothing() -> None:
    assert not Exclude(["a/", "b/c/", "# x", ""]).file("a/b.mp4")
    assert Exclude(["*.lrv"]).file("day1/a.lrv")
