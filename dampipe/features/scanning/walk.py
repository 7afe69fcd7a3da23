"""The walk of a scan: folder trees are compared with what the catalogue knows of them, folder by folder.

Two sorted streams are merged, the folders that exist and those that are known, so that memory stays bounded. A
folder that has not changed costs no query of its files and no write. A file that was written to a moment ago is
taken once it has been unchanged for a while (write stability). Nothing is marked as missing that could not be read,
nor of a source that lost too much.
"""

import os
import time
from collections import Counter
from collections.abc import Callable

from dampipe.features.scanning.change_buffer import ChangeBuffer
from dampipe.features.scanning.changes import FoundFile, found_in_order, is_unchanged
from dampipe.features.scanning.checkpoint import Checkpoint, Target, UnstableFile
from dampipe.features.scanning.folder_state import FolderState
from dampipe.features.scanning.hold import ScanHolds
from dampipe.features.scanning.inodes import Inodes
from dampipe.features.scanning.known_files import (
    KnownFile,
    KnownFolder,
    Peekable,
    count_known,
    known_file,
    known_files,
    named_files,
)
from dampipe.features.scanning.listing import MARK, Listing
from dampipe.features.scanning.local_tree import LocalTree
from dampipe.features.scanning.model import ScanJob
from dampipe.features.scanning.places import Place, StoreOf, kind_of, meets, no_store
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.scanning.reconcile import Reconciler
from dampipe.features.scanning.store_tree import StoreTree
from dampipe.features.scanning.tree import Reading, Tree
from dampipe.features.sources.folders import FolderKey
from dampipe.features.sources.locations import LocationRepository
from dampipe.features.sources.model import LocationState, Source, Tier
from dampipe.features.sources.path_mapping import below_root, holder
from dampipe.features.sources.queries import SourceRepository
from dampipe.jobs.keys import RunKey
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import InvalidInput, StageError
from dampipe.kernel.ids import FolderId, SourceId
from dampipe.kernel.paths import is_url, join_key, join_root, printable, split_path


class Walk:
    """One scan's walk over its paths, new or resumed. Its state is a checkpoint and a buffer of changes."""

    def __init__(
        self,
        job: ScanJob,
        database: Database,
        sources: SourceRepository,
        hash_key: RunKey,
        policy: ScanPolicy,
        on_change: Callable[[], object] = lambda: None,
        store_of: StoreOf = no_store,
    ) -> None:
        """on_change: called when there may be runs to start. store_of: opens the storage of a URL."""
        self._job = job
        self._db = database
        self._source_repository = sources
        self._sources = {source.id: source for source in sources.all()}
        self._hash_key = hash_key
        self._policy = policy
        self._on_change = on_change
        self._store_of = store_of
        self._inodes = Inodes()
        self._trees: dict[SourceId, Tree] = {}
        self._folder_state = FolderState(database)
        self._is_resumed = job.checkpoint is not None
        if job.checkpoint is None:
            self._checkpoint = Checkpoint(newest=LocationRepository(database).newest())
        else:
            self._checkpoint = Checkpoint.from_json(job.checkpoint)
        omitted = self._checkpoint.omitted_warnings
        self._buffer = ChangeBuffer(job, database, hash_key, policy, omitted, on_change)
        self._respelled: set[FolderId] = set()
        """Folders that were found under another spelling."""
        self._sidecars_read: FolderKey | None = None
        """The folder whose sidecars were read last, for single files."""
        self._named: dict[str, list[str]] = {}
        """By folder, files of the source being walked that were named by a person and are kept."""
        self._is_named = False
        """Whether the target being walked was named by a person, and is skipped by scans of the source."""
        self._top = ""
        """The folder to which patterns are relative: in a folder that a person has named, what excludes it is void."""

    @property
    def suspicious(self) -> bool:
        """Whether a source is away, empty or much smaller than it was."""
        return self._checkpoint.suspicious

    @property
    def growing(self) -> list[str]:
        """Files that are still being written."""
        return self._checkpoint.growing

    def run(self) -> list[str]:
        """Walk, and return the warnings.

        Raises ScanStopped when the scan is paused, cancelled or claimed by another worker; what was written by
        then stays.
        """
        checkpoint = self._checkpoint
        if not self._is_resumed:
            self._begin()
        while checkpoint.target < len(checkpoint.targets):
            self._walk_target(checkpoint.targets[checkpoint.target])
            checkpoint.next_target()
        self._wait_until_stable()
        self._write()
        self._reconcile()
        self._on_change()
        return self._buffer.warnings.texts()

    def _write(self) -> None:
        self._buffer.write(self._checkpoint)

    def _warn(self, text: str) -> None:
        self._buffer.warnings.add(text)

    def _warn_unread(self, listing: Listing) -> None:
        for name, reason in listing.unread.items():
            self._warn(f"{printable(os.path.join(listing.path, name))} cannot be read: {reason}")

    # Targets

    def _begin(self) -> None:
        for path in dict.fromkeys(self._job.paths):
            self._plan(path)
        if self._job.process:
            holds = ScanHolds(self._db, self._policy.locations_changed)
            for target in self._checkpoint.targets:
                holds.adopt(self._job, target.source, target.path)
        self._write()

    def _plan(self, path: str) -> None:
        """Add the targets of a path: a tree, with those of the sources inside it, or a file."""
        try:
            kind = kind_of(path, self._sources.values(), self._store_of)
        except (StageError, InvalidInput) as error:
            self._checkpoint.suspicious = True
            self._warn(f"{printable(path)}: {error}; nothing was marked as missing. {error.hint}".rstrip())
            return
        if kind is None:
            if self._job.is_follow_up or self._is_offline(holder(path, self._sources.values())):
                return
            self._checkpoint.suspicious = True
            is_mounted = "" if is_url(path) else ": is the share mounted?"
            self._warn(f"{printable(path)} does not exist{is_mounted}")
            return
        is_folder = kind is Place.FOLDER
        folder, name = (path, "") if is_folder else split_path(path)
        source = self._source_repository.ensure_holder(folder)
        self._sources[source.id] = source
        below = below_root(folder, source.root)
        target = Target(source.id, below, name, self._is_skipped(source, below, name))
        if self._job.is_follow_up and self._tree(source).is_lookalike(join_key(below, name)):
            return  # it was growing when a walk of its folder met it, and is program text
        targets = [target]
        if is_folder:
            inner = [s for s in self._sources.values() if s.id != source.id and meets(path, s.root)]
            targets += [Target(one.id, "") for one in sorted(inner, key=lambda one: one.root)]
        self._checkpoint.targets += [t for t in targets if t not in self._checkpoint.targets]

    def _tree(self, source: Source) -> Tree:
        """The files of a source. Raises InvalidInput for a URL of an unknown kind."""
        if source.id not in self._trees:
            self._trees[source.id] = (
                StoreTree(self._store_of(source.root), source.root, self._policy)
                if is_url(source.root)
                else LocalTree(source.root, self._policy, self._inodes)
            )
        return self._trees[source.id]

    def _is_skipped(self, source: Source, folder: str, name: str) -> bool:
        """Whether a scan of the source skips a file, or a folder (name: "")."""
        path = join_key(folder, name) if name else folder
        if not path:
            return False
        is_skipped = not self._policy.takes(source, path) if name else self._policy.skips_folder(source, path)
        tree = self._tree(source)
        return is_skipped or tree.is_not_footage(path) or bool(name and tree.is_lookalike(path))

    def _walk_target(self, target: Target) -> None:
        source = self._sources.get(target.source)
        if source is None:  # removed since the walk began
            return
        self._is_named = target.is_named
        self._top = target.path if target.is_named else ""
        self._named = {} if target.file else named_files(self._db, source.id)
        try:
            tree = self._tree(source)
        except (StageError, InvalidInput) as error:
            self._miss_all(source, f"{printable(source.root)}: {error}; nothing was marked as missing")
            return
        if target.file:
            self._check_file(source, tree, target)
        else:
            self._walk_tree(source, tree, target)

    def _check_file(self, source: Source, tree: Tree, target: Target) -> None:
        listing = tree.file(join_key(target.path, target.file))
        known = known_file(self._db, source.id, target.path, target.file)
        self._warn_unread(listing)
        if listing.names and (source.id, target.path) != self._sidecars_read:
            self._sidecars_read = (source.id, target.path)  # once for successive files of one folder
            folder = tree.folder(target.path, self._reading(source, frozenset()))
            if not folder.problem:
                self._folder_state.save_sidecars(source, target.path, folder.sidecars)
        for _, number, found in found_in_order(listing, source.id, target.path, self._is_named):
            self._buffer.found += self._compare_file(tree, listing, number, found, known, is_settled=False)

    # Trees

    def _walk_tree(self, source: Source, tree: Tree, target: Target) -> None:
        checkpoint = self._checkpoint
        roots = frozenset(other.root for other in self._sources.values()) - {source.root}
        after = checkpoint.folder
        known = Peekable(tree.known(self._db, source.id, target.path, after, self._policy.page))
        reported = 0

        for key, path, listing in tree.folders(target.path, self._reading(source, roots), after):
            reported = self._report_unseen(source, tree, reported)
            self._add_named(tree, listing, path)
            self._miss_folders(source, tree, known, key)
            folder = known.at(key) or self._respelled_folder(source, tree, path)
            self._compare_folder(source, path, listing, folder)
            checkpoint.folder = path
            if self._buffer.is_due:
                self._write()
            if len(checkpoint.unstable) >= tree.most_unstable:
                self._wait_until_stable()
        self._report_unseen(source, tree, reported)
        self._miss_folders(source, tree, known, None)
        if not (target.path or tree.unseen or checkpoint.seen or self._job.accept_missing):
            self._doubt(source)

    def _reading(self, source: Source, roots: frozenset[str]) -> Reading:
        return Reading(self._policy.exclude_of(source), roots, self._top)

    def _report_unseen(self, source: Source, tree: Tree, reported: int) -> int:
        """Warn of what could not be read, beyond the first `reported` of it; returns how much there is."""
        for unseen in tree.unseen[reported:]:
            if unseen.is_doubtful:
                self._miss_all(source, unseen.what)
            else:
                self._warn(unseen.what)
                self._checkpoint.suspicious |= unseen.is_all
        return len(tree.unseen)

    def _miss_all(self, source: Source, warning: str) -> None:
        """Mark nothing as missing of a source whose storage has failed."""
        self._warn(warning)
        self._checkpoint.suspicious = True
        if source.id not in self._checkpoint.doubted:
            self._checkpoint.doubted.append(source.id)

    def _add_named(self, tree: Tree, listing: Listing, path: str) -> None:
        """Add the files of a folder that a person has named, and which scans of the source skip otherwise."""
        for name in self._named.get(path, ()):
            if name not in listing.names:
                listing.include(tree.file(join_key(path, name)))

    def _miss_folders(
        self, source: Source, tree: Tree, known: Peekable[KnownFolder], key: bytes | None
    ) -> None:
        """Record the known folders before `key` that were not met, unless they may lie in one not read.

        Of a folder that scans skip, the files that a person has named are compared.
        """
        for folder in known.before(key):
            if folder.id in self._respelled or tree.is_unseen(folder.path):
                continue
            listing = Listing(join_root(source.root, folder.path))
            self._add_named(tree, listing, folder.path)
            if listing.names or listing.unread:
                self._compare_folder(source, folder.path, listing, folder)
            else:
                self._buffer.changes.gone_folders.append(folder.id)

    def _respelled_folder(self, source: Source, tree: Tree, path: str) -> KnownFolder | None:
        """The folder as it is known under another spelling of its name; then it is not gone."""
        folder = self._folder_state.respelled_folder(source, path, tree)
        if folder is not None:
            self._respelled.add(folder.id)
            gone = self._buffer.changes.gone_folders
            gone[:] = [number for number in gone if number != folder.id]
        return folder

    def _doubt(self, source: Source) -> None:
        """Mark nothing as missing of a source that may be the empty mount point of a share."""
        files = count_known(self._db, source.id, self._checkpoint.newest)
        if files:
            self._checkpoint.doubted.append(source.id)
            if self._is_offline(source):
                return
            self._checkpoint.suspicious = True
            is_it = "is it the right one" if is_url(source.root) else "is the share mounted"
            self._warn(
                f"{printable(source.root)} is empty, but {files} files are known there: {is_it}? "
                "Nothing was marked as missing."
            )

    def _is_offline(self, source: Source | None) -> bool:
        """Whether a source is one of media that are fetched when they are wanted; then a warning says where it is."""
        if source is None or source.tier is not Tier.OFFLINE:
            return False
        label = f" ({source.label})" if source.label else ""
        self._warn(f"{source.name}{label} is not connected, and was not scanned")
        return True

    # Files

    def _compare_folder(
        self, source: Source, path: str, listing: Listing, folder: KnownFolder | None
    ) -> None:
        """Compare a folder's files with what is known of it; None: nothing is."""
        marks = None if folder is None else folder.lookalikes
        count = len(listing.names) - len(marks or b"") // MARK
        if listing.names or folder is not None:
            digest = listing.digest()
            if folder is None or folder.listing != digest or listing.unread:
                count, marks = self._compare_files(source, path, listing, folder, digest)
        self._buffer.found += count
        self._checkpoint.count_unknown(listing.unknown + self._lookalike_kinds(listing, marks))
        self._checkpoint.seen += len(listing.names) + len(listing.unread)

    def _compare_files(
        self, source: Source, path: str, listing: Listing, folder: KnownFolder | None, digest: bytes
    ) -> tuple[int, bytes | None]:
        """Compare file by file; returns how many are compared, without those that are not stable yet, and the marks
        of those that are not media by their content."""
        self._folder_state.save_sidecars(source, path, listing.sidecars, is_new=folder is None)
        rows = iter(()) if folder is None else known_files(self._db, folder.id, self._policy.page)
        if folder is not None and not all(map(str.isascii, listing.names)):
            rows = iter(self._folder_state.respelled_files(rows, listing.names))
        known = Peekable(rows)
        unread = {os.fsencode(name) for name in listing.unread}
        self._warn_unread(listing)
        tree = self._tree(source)
        taken = missed = 0
        before, after = _split(folder.lookalikes if folder is not None else None), set[bytes]()
        is_settled, needs_content = tree.is_settled(listing), self._policy.needs_content
        files = found_in_order(listing, source.id, path, self._is_named)
        for done, (key, number, found) in enumerate(files, 1):
            file = None
            if folder is not None:
                missed += self._miss_files(known, key, unread)
                file = known.at(key)
            if needs_content(found.name) and self._is_lookalike(tree, listing, number, found, file, before):
                after.add(listing.mark(number))
                if file is not None and file.state == LocationState.PRESENT:
                    self._buffer.changes.gone.append(file.id)
                    missed += 1
            else:
                taken += self._compare_file(tree, listing, number, found, file, is_settled)
            if not done % self._policy.changes_written:
                self._write()
        missed += self._miss_files(known, None, unread)
        agrees = taken + len(after) == len(listing.names) and not missed and not unread
        marks = b"".join(sorted(after)) or None
        if after != before:
            self._buffer.changes.lookalikes[source.id, path] = marks
        if agrees or (folder is not None and folder.listing is not None):
            self._buffer.changes.listings[source.id, path] = digest if agrees else None
        return taken, marks

    def _is_lookalike(
        self,
        tree: Tree,
        listing: Listing,
        number: int,
        found: FoundFile,
        known: KnownFile | None,
        marks: set[bytes],
    ) -> bool:
        """Whether a file is not media although its suffix, one that needs content, is. Only what is new or has
        changed is opened."""
        if known is not None and (known.is_named or is_unchanged(known, found)):
            return False
        if marks and listing.mark(number) in marks:
            return True
        if tree.may_grow(listing, number):
            return False  # it is checked again once it is stable
        return tree.is_lookalike(join_key(found.folder, found.name))

    def _lookalike_kinds(self, listing: Listing, marks: bytes | None) -> Counter[str]:
        """The suffixes of a folder's files that are not media by their content."""
        if not marks:
            return Counter()
        known = _split(marks)
        return Counter(
            name[name.rfind(".") :].lower()
            for number, name in enumerate(listing.names)
            if self._policy.needs_content(name) and listing.mark(number) in known
        )

    def _compare_file(
        self,
        tree: Tree,
        listing: Listing,
        number: int,
        found: FoundFile,
        known: KnownFile | None,
        is_settled: bool,
    ) -> bool:
        """Record what has become of a file; False: it is not stable yet and has to be checked again.

        is_settled: whether no file of the listing is unstable.
        """
        if (
            not is_settled
            and not (known is not None and is_unchanged(known, found))
            and tree.may_grow(listing, number)
        ):
            self._checkpoint.unstable.append(
                UnstableFile(
                    found.source,
                    found.folder,
                    found.name,
                    found.size,
                    found.mtime_ns,
                    found.is_named,
                    found.checksum,
                    found.token,
                )
            )
            return False
        self._buffer.changes.add(found, known)
        return True

    def _miss_files(self, known: Peekable[KnownFile], key: bytes | None, unread: set[bytes]) -> int:
        """Record the known files before `key` that were not met; returns how many."""
        gone = [
            file.id
            for file in known.before(key)
            if file.state == LocationState.PRESENT and file.key not in unread
        ]
        self._buffer.changes.gone += gone
        return len(gone)

    # Write stability, and the end

    def _wait_until_stable(self) -> None:
        """Wait until the unstable files may be complete, and take those that have not changed meanwhile.

        The others are `growing`.
        """
        checkpoint = self._checkpoint
        if not checkpoint.unstable:
            return
        self._write()
        time.sleep(self._seconds_until_stable())
        # A folder that was compared before a kill and again after it has its files in here twice.
        unstable, checkpoint.unstable = dict.fromkeys(checkpoint.unstable), []
        growing: list[str] = []
        for file in unstable:
            source = self._sources.get(file.source)
            if source is None:
                continue
            tree, key = self._tree(source), join_key(file.folder, file.name)
            listing = tree.file(key)
            self._warn_unread(listing)
            if not listing.names:
                continue
            if _facts(listing) != (file.size, file.mtime_ns, file.checksum, file.token):
                growing.append(join_root(source.root, key))
                continue
            known = known_file(self._db, file.source, file.folder, file.name)
            is_kept = file.is_named or (known is not None and known.is_named)
            if not is_kept and tree.is_lookalike(key):
                continue
            self._buffer.changes.add(
                FoundFile(
                    file.source,
                    file.folder,
                    file.name,
                    file.size,
                    file.mtime_ns,
                    listing.inodes[0],
                    file.is_named,
                    file.checksum,
                    file.token,
                ),
                known,
            )
            self._buffer.found += 1
        if growing:
            more = f" and {len(growing) - 1} more" if len(growing) > 1 else ""
            self._warn(f"{printable(growing[0])}{more}: still being written; will be taken once complete")
            checkpoint.growing += growing
        self._write()

    def _seconds_until_stable(self) -> float:
        """Until a second look at the unstable files tells whether they are complete."""
        by_source: dict[SourceId, list[UnstableFile]] = {}
        for file in self._checkpoint.unstable:
            by_source.setdefault(file.source, []).append(file)
        return max(
            (
                self._tree(self._sources[source]).wait_for(files)
                for source, files in by_source.items()
                if source in self._sources
            ),
            default=0.0,
        )

    def _reconcile(self) -> None:
        sources = {target.source for target in self._checkpoint.targets}
        roots = [source.root for source in self._sources.values() if source.id in sources]
        reconciler = Reconciler(
            self._db,
            self._job,
            newest=self._checkpoint.newest,
            doubted=self._checkpoint.doubted,
            by_checksum=any(map(is_url, roots)),
            locations_changed=self._policy.locations_changed,
        )
        guard = None if self._job.accept_missing else self._policy.guard
        for loss in reconciler.run(guard, self._hash_key):
            self._checkpoint.suspicious = True
            self._warn(
                f"{printable(self._sources[loss.source].root)} lacks {loss.lost} of {loss.known} known files: "
                "is all of it mounted? Nothing was marked as missing; if they are gone for good, scan again and "
                "accept missing files."
            )


def _facts(listing: Listing) -> tuple[int, int, str, str]:
    """Size, time, checksum and token of the one file of a listing."""
    stated = (listing.checksums[0], listing.tokens[0]) if listing.tokens else ("", "")
    return (listing.sizes[0], listing.times[0], *stated)


def _split(marks: bytes | None) -> set[bytes]:
    marks = marks or b""
    return {marks[start : start + MARK] for start in range(0, len(marks), MARK)}
