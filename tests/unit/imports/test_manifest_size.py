"""How many files one generation lists: as many as the system takes for arguments of one program."""

import os
import resource

from dampipe.features.imports.manifests import TOGETHER, _together


def test_a_generation_lists_thousands_of_files_and_none_is_lost() -> None:
    paths = [f"2001/07/IMG_{number:06}.jpg" for number in range(20_000)]
    found = list(_together("/mnt/raid", paths))
    assert [path for some in found for path in some] == paths
    assert len(found) <= 4  # 100 of 200 files each would be read again by each later one


def test_the_arguments_of_a_generation_fit_where_paths_are_long() -> None:
    root, folder = "/mnt/" + "r" * 200, "é" * 120
    paths = [f"{folder}/{folder}/{number:06}.jpg" for number in range(5_000)]
    found = list(_together(root, paths))
    assert [path for some in found for path in some] == paths
    for some in found:
        assert sum(len(os.fsencode(f"{root}/{path}")) + 1 for path in some) <= TOGETHER
    assert os.sysconf("SC_ARG_MAX") // 2 >= TOGETHER
    assert resource.getpagesize() * 32 > max(len(os.fsencode(f"{root}/{path}")) for path in paths)


def test_a_path_that_is_longer_than_all_is_listed_alone() -> None:
    assert list(_together("/r", ["x" * (TOGETHER + 1), "b"])) == [["x" * (TOGETHER + 1)], ["b"]]
    assert list(_together("/r", [])) == []
