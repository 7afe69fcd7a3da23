"""Whatever is done to a tree between two scans, each file is told for what it is, and nothing is done in vain.

With DAMPIPE_TEST_SCALE=full: 10,000 files and 20 seeds; in the suite fewer.
"""

import hashlib
import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dampipe.features.sources.model import LocationState
from tests.support.scanning import FULL, Scanning

FILES, SHARE, SEEDS = (10_000, 1, 20) if FULL else (1000, 5, 1)
MOVED, FOLDERS, CHANGED, DELETED, COPIED = (number // SHARE for number in (100, 50, 20, 20, 20))
IN_A_FOLDER = 10


@pytest.fixture
def here(catalogue_url: str) -> Iterator[Scanning]:
    made = Scanning(catalogue_url)
    yield made
    made.close()


@dataclass
class Truth:
    """What a scan has to find."""

    there: dict[Path, str] = field(default_factory=dict)
    """By path, the SHA-1 of each file."""
    gone: set[Path] = field(default_factory=set)
    new: set[Path] = field(default_factory=set)
    changed: set[Path] = field(default_factory=set)
    moved: set[Path] = field(default_factory=set)
    returned: set[Path] = field(default_factory=set)

    def counts(self) -> dict[str, int]:
        """As a scan's progress has them."""
        names = ("new", "changed", "moved", "returned")
        return {"missing": len(self.gone), **{name: len(getattr(self, name)) for name in names}}


class Tree:
    """A tree of footage that somebody works on."""

    def __init__(self, root: Path, dice: random.Random) -> None:
        self.root, self.dice = root, dice
        self.files: dict[Path, str] = {}
        self.aside = root.parent / "aside"
        self.aside.mkdir()
        for number in range(FILES):
            folder = root / f"day{number // IN_A_FOLDER % 7}" / f"card{number // IN_A_FOLDER:04}"
            folder.mkdir(parents=True, exist_ok=True)
            self.write(folder / f"clip{number:05}.mp4")

    def write(self, path: Path) -> None:
        """A content and a time of its own, but a size that many share."""
        data = self.dice.randbytes(16)
        path.write_bytes(data)
        at = self.dice.randrange(10**18, 16 * 10**17)
        os.utime(path, ns=(at, at))
        self.files[path] = hashlib.sha1(data).hexdigest()

    def stir(self, aside: dict[Path, Path]) -> Truth:
        """Do to it at random what people do; `aside` holds what was taken away before and comes back."""
        truth = Truth()
        for home, kept in aside.items():
            home.parent.mkdir(parents=True, exist_ok=True)
            kept.rename(home)
            self.files[home] = hashlib.sha1(home.read_bytes()).hexdigest()
            truth.returned.add(home)
        folders = sorted({path.parent for path in self.files if path not in truth.returned})
        # One that was renamed already may be renamed again; a folder whose files came back stays.
        folders = [folder for folder in folders if not any(home.parent == folder for home in truth.returned)]
        for folder in self.dice.sample(folders, FOLDERS):
            to = folder.parent / f"{self.dice.choice(('a', 'z', folder.name))}-{self.dice.random()}"
            folder.rename(to)
            for path in [path for path in self.files if path.parent == folder]:
                self.files[to / path.name] = self.files.pop(path)
                truth.moved.add(to / path.name)
        calm = sorted(set(self.files) - truth.moved - truth.returned)
        picked = iter(self.dice.sample(calm, MOVED + CHANGED + DELETED + COPIED))
        homes = sorted({path.parent for path in self.files})
        for _ in range(MOVED):
            path = next(picked)
            to = self.dice.choice(homes) / f"{self.dice.random()}.mp4"
            path.rename(to)
            self.files[to] = self.files.pop(path)
            truth.moved.add(to)
        for _ in range(CHANGED):
            truth.changed.add(path := next(picked))
            self.write(path)
        for _ in range(DELETED):
            truth.gone.add(path := next(picked))
            del self.files[path]
            path.rename(self.aside / f"{self.dice.random()}")
        for _ in range(COPIED):
            path = next(picked)
            to = self.dice.choice(homes) / f"{self.dice.random()}.mp4"
            shutil.copy2(path, to)  # the same content, size and time: only the inode is another
            self.files[to] = self.files[path]
            truth.new.add(to)
        truth.there = dict(self.files)
        return truth


@pytest.mark.parametrize("seed", range(SEEDS))
def test_each_file_is_told_for_what_it_is(here: Scanning, tmp_path: Path, seed: int) -> None:
    tree = Tree(tmp_path / "tree", random.Random(seed))
    assert here.scan(tree.root).new == FILES
    assert len(here.hash_all()) == FILES
    missing: dict[Path, str | None] = {}
    aside: dict[Path, Path] = {}
    for _ in range(2):
        before = {path: sha1 for path, (_, sha1, _) in here.places().items()}
        kept = set(tree.aside.iterdir())
        truth = tree.stir(aside)
        found = here.scan(tree.root)
        assert {name: getattr(found, name) for name in truth.counts()} == truth.counts()
        assert (found.found, found.active) == (len(truth.there), len(truth.new | truth.changed))
        assert sorted(here.hash_all()) == sorted(path.name for path in truth.new | truth.changed)
        for path in truth.returned:
            del missing[path]
        missing |= {path: before[str(path)] for path in truth.gone}
        expected = {str(path): (LocationState.PRESENT, sha1) for path, sha1 in truth.there.items()}
        expected |= {str(path): (LocationState.MISSING, sha1) for path, sha1 in missing.items()}
        assert {path: (state, sha1) for path, (state, sha1, _) in here.places().items()} == expected
        taken = [path for path in tree.aside.iterdir() if path not in kept]
        by_sha1 = {hashlib.sha1(path.read_bytes()).hexdigest(): path for path in taken}
        aside = {path: by_sha1[str(missing[path])] for path in sorted(truth.gone)[: DELETED // 2]}
    again = here.scan(tree.root)
    assert (again.unchanged, again.found, again.missing) == (len(truth.there), len(truth.there), 0)
    assert here.hash_all() == []
