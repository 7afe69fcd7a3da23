"""ASC MHL generations of what an import has copied, compared with the receipt."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree

from dampipe.features.fixity.ascmhl import HISTORY, AscMhl
from dampipe.features.imports.model import Manifest
from dampipe.kernel.errors import DampipeError
from dampipe.kernel.paths import printable

TOGETHER = 512 << 10
"""Bytes of the paths of one generation, where a generation lists single files: they are arguments of the program, of
which Linux takes 2 MiB and macOS 1 MiB. The program reads all earlier generations, so that many small ones take a time
that grows with the square of the files."""
_OPTION = len("--single_file") + 2 + 16
"""Bytes that an argument takes besides its path: the option, two ends and two pointers."""
_IGNORED = ".DS_Store"
"""A name that the program never lists."""


def write_manifests(
    ascmhl: AscMhl,
    number: int,
    root: str,
    structures: Mapping[str, Mapping[str, str]],
    single: Mapping[str, str],
    author: str,
    keep_alive: Callable[[], object] = lambda: None,
) -> Manifest:
    """Write a generation for each structure, and others for single files, at one destination.

    root: absolute path of the destination. structures: SHA-1 by path below the structure, by the structure's folder
    below the root. single: SHA-1 by path below the root. keep_alive: called between two programs. What is wrong is part
    of the answer.
    """
    histories, listed, problems = [], 0, []
    for folder, expected in structures.items():
        keep_alive()
        path = os.path.join(root, folder)
        found, problem = _generation(ascmhl, path, expected, (), author)
        listed += found
        problems += [problem] if problem else []
        histories += [] if problem and not found else [printable(path)]
    paths = sorted(single, key=os.fsencode)
    for some in _together(root, paths):
        keep_alive()
        found, problem = _generation(ascmhl, root, {one: single[one] for one in some}, some, author)
        listed += found
        problems += [problem] if problem else []
        histories += [] if problem and not found else [printable(root)]
    return Manifest(
        destination=number,
        histories=tuple(dict.fromkeys(histories)),
        files=listed,
        problem="; ".join(dict.fromkeys(problems)),
    )


def _together(root: str, paths: Sequence[str]) -> Iterator[list[str]]:
    """Paths below a root, by the generation that lists them."""
    some: list[str] = []
    taken, each = 0, len(os.fsencode(root)) + 1 + _OPTION
    for path in paths:
        needed = each + len(os.fsencode(path))
        if some and taken + needed > TOGETHER:
            yield some
            some, taken = [], 0
        some.append(path)
        taken += needed
    if some:
        yield some


def _generation(
    ascmhl: AscMhl, folder: str, expected: Mapping[str, str], files: Sequence[str], author: str
) -> tuple[int, str]:
    """How many files a new generation lists with the SHA-1 that is expected, and what is wrong with it."""
    before = _generations(folder, files)
    try:
        made = ascmhl.create(Path(folder), "sha1", author=author, files=files)
    except DampipeError as error:
        return 0, str(error)
    listed = {}
    for path in sorted(_generations(folder, files) - before):
        inside = os.path.relpath(os.path.dirname(os.path.dirname(path)), folder)
        listed.update(
            {os.path.normpath(os.path.join(inside, name)): sha1 for name, sha1 in _sha1s(path).items()}
        )
    agree = sum(listed.get(path) == sha1 for path, sha1 in expected.items())
    if made.problem:
        return agree, made.problem
    if made.mismatch:
        return agree, f"{made.mismatch[0]} differs from an earlier manifest"
    if made.missing:
        return agree, f"{made.missing[0]} is in an earlier manifest, and missing"
    for path, sha1 in expected.items():
        if listed.get(path) != sha1 and os.path.basename(path) != _IGNORED:
            return agree, f"{printable(path)} is not in the manifest with the SHA-1 of the receipt"
    return agree, ""


def _generations(folder: str, files: Sequence[str]) -> set[str]:
    """The manifests of a folder, and of the histories in it to which a generation is added, too.

    files: as `AscMhl.create` takes them: only histories of folders that hold one of them matter.
    """
    if files:
        inside = {""}
        for file in files:
            while file := os.path.dirname(file):
                inside.add(file)
        histories = [os.path.join(folder, path, HISTORY) for path in inside]
    else:
        histories = [path for path, _, _ in os.walk(folder) if os.path.basename(path) == HISTORY]
    return {
        os.path.join(history, name)
        for history in histories
        if os.path.isdir(history)
        for name in os.listdir(history)
        if name.endswith(".mhl")
    }


def _sha1s(path: str) -> dict[str, str]:
    """SHA-1 by path, of one manifest."""
    found = {}
    for event in ElementTree.parse(path).getroot().iter():
        if event.tag.endswith("}hash"):
            name = event.find("{*}path")
            sha1 = event.find("{*}sha1")
            if name is not None and name.text is not None and sha1 is not None and sha1.text is not None:
                found[name.text] = sha1.text
    return found
