"""Path maps between machines, and one folder under several paths."""

from pathlib import Path

from dampipe.features.sources.model import Source
from dampipe.features.sources.path_mapping import as_declared, as_seen_here, under_known_root

MAPPED = Source(id=1, name="archive", root="/here", declared="/mnt/archive")
INNER = Source(id=2, name="inner", root="/here/inner")


def test_paths_go_to_the_catalogue_and_come_back() -> None:
    for here, there in (("/here/day1/a.mp4", "/mnt/archive/day1/a.mp4"), ("/here", "/mnt/archive")):
        assert as_declared(here, [MAPPED]) == there
        assert as_seen_here(there, [MAPPED]) == here
    assert as_declared("/elsewhere/a", [MAPPED]) == "/elsewhere/a" == as_seen_here("/elsewhere/a", [MAPPED])
    assert as_declared("/here/inner/a", [MAPPED, INNER]) == "/here/inner/a"


def test_a_link_or_a_second_mount_leads_to_the_source(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    (root / "day1").mkdir(parents=True)
    (tmp_path / "link").symlink_to(root)
    source = Source(id=1, name="archive", root=str(root))
    assert under_known_root(str(tmp_path / "link" / "day1"), [source]) == str(root / "day1")
    assert under_known_root(str(tmp_path / "link"), [source]) == str(root)
    other = str(tmp_path / "other")
    assert under_known_root(other, [source]) == other

    def case_blind(one: str, two: str) -> bool:
        return one.casefold() == two.casefold()

    shouted = f"{tmp_path}/ARCHIVE/day1"
    assert under_known_root(shouted, [source], case_blind) == str(root / "day1")
