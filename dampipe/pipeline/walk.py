"""The walk: one look at a folder tree, compared with what the catalogue knows, folder by folder.

What is unchanged costs no write. A file that was written to a moment ago is left until it has held
still. Nothing is called missing that could not be looked for, nor of a source that lost too much.
"""

import os
import stat
import time
from collections import Counter
from collections.abc import Callable
from pathlib import PurePath

from dampipe.domain.assets import LocationState, Source, printable
from dampipe.pipeline.folder_memory import FolderMemory
from dampipe.pipeline.inodes import Inodes
from dampipe.pipeline.rules import Rules
from dampipe.pipeline.tree import Folder, folders, relative, some_files
from dampipe.storage.catalog.catalog import Catalog
from dampipe.storage.catalog.conclusion import Tree, conclude
from dampipe.storage.catalog.findings import Changes, FoundFile, KnownFile
from dampipe.storage.catalog.keys import RunKey

BATCH = 1000
"""Changes written in one transaction."""
MOST_WARNINGS = 100


class Walk:
    """One scan's walk over its paths."""

    def __init__(
        self, scan: int, catalog: Catalog, hash_key: RunKey, rules: Rules, accept_missing: bool = False
    ) -> None:
        """`accept_missing`: believe every loss, but that of a source which is not there at all."""
        self._scan = scan
        self._catalog = catalog
        self._hash_key = hash_key
        self._rules = rules
        self._accept = accept_missing
        self._inodes = Inodes()
        self._memory = FolderMemory(catalog)
        self._changes = Changes()
        self._unsettled: list[tuple[Folder, str, os.stat_result]] = []
        self._trees: list[Tree] = []
        self._found: Counter[int] = Counter()
        self._warnings: list[str] = []
        self._unsaid = 0
        self.suspicious = False
        """Whether a source is away, empty or much smaller than it was."""
        self.moving: list[str] = []
        """Files that are still being written."""

    def run(self, paths: list[str], written: Callable[[], None]) -> list[str]:
        """Walk the paths and return what a person should know. `written` is called after each write."""
        self._written = written
        single: dict[str, list[str]] = {}
        for path in paths:
            if os.path.isdir(path):
                self._walk_tree(path)
            elif os.path.lexists(path):
                single.setdefault(os.path.dirname(path), []).append(os.path.basename(path))
            else:
                self.suspicious = True
                self._warn(f"{printable(path)} is not there: is the share mounted?")
        for parent, names in single.items():
            self._look(some_files(parent, self._catalog.sources.holding(parent), names, self._rules))
        self._take_settled()
        self._write()
        self._conclude()
        written()
        more = [f"and {self._unsaid} more like these"] if self._unsaid else []
        return self._warnings + more

    def _walk_tree(self, top: str) -> None:
        source = self._catalog.sources.holding(top)
        inner = [s for s in self._catalog.sources.all() if s.id != source.id and _inside(s.root, source.root)]
        trees: dict[int, Tree] = {}
        unread: list[str] = []
        for folder in folders(top, source, inner, self._rules):
            if folder.problem:
                unread.append(folder.path)
                self._warn(f"{printable(folder.path)} cannot be read: {folder.problem}")
                continue
            owner = folder.source
            if owner.id not in trees:
                begin = relative(top, source) if owner.id == source.id else ""
                known = self._catalog.sources.known_before(owner.id, self._scan)
                trees[owner.id] = Tree(owner.id, begin, known)
            trees[owner.id].seen.add(folder.relative)
            trees[owner.id].gone += self._look(folder)
        self.suspicious |= top in unread
        for owner in (source, *inner):
            if owner.id in trees:
                trees[owner.id].unread = [relative(p, owner) for p in unread if _inside(p, owner.root)]
                self._take_tree(owner, trees[owner.id])

    def _take_tree(self, source: Source, tree: Tree) -> None:
        """Let a tree be concluded, unless it is the empty place where a share is to be mounted."""
        if tree.path or tree.unread or self._found[source.id] or not tree.known or self._accept:
            self._trees.append(tree)
            return
        self.suspicious = True
        self._warn(
            f"{printable(source.root)} is empty, but {tree.known} files are known there: is the share "
            "mounted? Nothing was marked as missing."
        )

    def _look(self, folder: Folder) -> list[int]:
        """Compare a folder's files with the catalogue; returns the known ones that it does not hold."""
        self._memory.meet(folder)
        known = self._memory.spelled_as_found(
            folder, self._catalog.findings.folder(folder.source.id, folder.relative)
        )
        self._found[folder.source.id] += len(folder.files)
        now = time.time()
        for name in folder.files:
            path = os.path.join(folder.path, name)
            try:
                facts = os.stat(path)
            except FileNotFoundError:  # gone since the folder was read, or a link to nowhere
                continue
            except OSError as error:
                self._warn(f"{printable(path)} cannot be read: {error.strerror}")
                known.pop(name, None)
                continue
            if not stat.S_ISREG(facts.st_mode):
                continue
            before = known.pop(name, None)
            if now - facts.st_mtime < self._rules.settle and not _same(before, facts):
                self._unsettled.append((folder, name, facts))
                continue
            self._note(folder, name, facts, before)
            if len(self._changes) >= BATCH:
                self._write()
        return [file.id for file in known.values() if file.state == LocationState.PRESENT]

    def _note(self, folder: Folder, name: str, facts: os.stat_result, before: KnownFile | None) -> None:
        inode = self._inodes.of(facts)
        found = FoundFile(folder.source.id, folder.relative, name, facts.st_size, facts.st_mtime_ns, inode)
        if before is None:
            self._changes.new.append(found)
        elif not _same(before, facts):
            self._changes.changed.append((before.id, found))
        elif before.state == LocationState.MISSING:
            self._changes.back.append((before.id, inode))
        elif before.inode != inode:
            self._changes.renumbered.append((before.id, inode))
        else:
            self._changes.unchanged += 1

    def _take_settled(self) -> None:
        """Look again at files that were written to a moment ago, once they have had time to hold still."""
        if not self._unsettled:
            return
        self._write()
        youngest = max(facts.st_mtime for *_, facts in self._unsettled)
        settle = self._rules.settle
        time.sleep(max(0.0, min(settle, youngest + settle - time.time())))
        for folder, name, facts in self._unsettled:
            path = os.path.join(folder.path, name)
            try:
                again = os.stat(path)
            except OSError:
                continue
            if (again.st_size, again.st_mtime_ns) != (facts.st_size, facts.st_mtime_ns):
                self.moving.append(path)
                continue
            known = self._catalog.findings.folder(folder.source.id, folder.relative)
            self._note(folder, name, again, known.get(name))
        if self.moving:
            first = printable(self.moving[0])
            more = f" and {len(self.moving) - 1} more" if len(self.moving) > 1 else ""
            self._warn(f"{first}{more}: still being written; taken once it holds still")

    def _conclude(self) -> None:
        guard = None if self._accept else self._rules.guard
        losses = conclude(self._catalog.database, self._scan, self._trees, guard, self._hash_key)
        names = {source.id: source for source in self._catalog.sources.all()}
        for loss in losses:
            self.suspicious = True
            self._warn(
                f"{printable(names[loss.source].root)} lacks {loss.lost} of {loss.known} known files: is all "
                "of it mounted? Nothing was marked as missing; if they are gone for good, scan again with "
                "--accept-missing."
            )

    def _warn(self, text: str) -> None:
        if len(self._warnings) < MOST_WARNINGS:
            self._warnings.append(text)
        else:
            self._unsaid += 1

    def _write(self) -> None:
        if self._changes or self._changes.unchanged:
            self._catalog.findings.apply(self._scan, self._changes, self._hash_key)
            self._changes = Changes()
        self._written()


def _same(known: KnownFile | None, facts: os.stat_result) -> bool:
    return known is not None and (known.size, known.mtime_ns) == (facts.st_size, facts.st_mtime_ns)


def _inside(path: str, root: str) -> bool:
    return PurePath(path).is_relative_to(root)
