"""The use case of folders: what lies in one, and how many assets that are for the one who asks.

The facet index knows which versions lie in each folder and below it, so that a count is an intersection of two sets,
however large the library is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dampipe.features.facets.errors import FACETS_BUILDING
from dampipe.features.facets.folders import TOP, FolderNode, FolderTree, marks_of_folder, versions_in
from dampipe.features.facets.index import BY_READERS, FacetIndex
from dampipe.features.folders.errors import FOLDER_UNKNOWN
from dampipe.features.folders.model import FolderPage, FolderReport
from dampipe.features.search.filters import FilterResolver
from dampipe.features.sources.model import Source
from dampipe.features.sources.queries import SourceRepository
from dampipe.kernel.access import READ, Actor, require
from dampipe.kernel.asset_set import ALL, NONE, AssetSet, Selection
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import NotFound, SearchUnavailable
from dampipe.kernel.paths import below, is_below, join_root, printable
from dampipe.kernel.visibility import View


class FolderService:
    """The folders of one library. Any method may raise CatalogueDown."""

    def __init__(self, database: Database, filters: FilterResolver, sources: SourceRepository) -> None:
        self._db = database
        self._index = FacetIndex(database)
        self._filters = filters
        self._sources = sources

    def children(
        self, actor: Actor, of: str | None = None, after: str | None = None, limit: int = 100
    ) -> FolderPage:
        """A page of the folders in a folder, by its path; None: the sources. A folder without a visible asset is not
        listed, and what lies around the folders that an actor sees shows no more than the way to them.

        after: what the page before returned. Raises NotFound (FOLDER_UNKNOWN), and SearchUnavailable (FACETS_BUILDING)
        while the index is being built.
        """
        require(actor, READ)
        if not self._index.refresh(BY_READERS):
            raise SearchUnavailable(FACETS_BUILDING, waiting=BY_READERS)
        resolved = self._filters.resolve(actor, {})
        mask = self._filters.mask(resolved)
        sources = {str(one.id): one for one in self._sources.all()}
        with self._db.read() as connection:
            tree = self._index.folders(connection)
        seen = _Seen.of(tree, resolved.view, mask)
        if of is None:
            roots = [one for one in tree.children(TOP) if one.label in sources]
            nodes = sorted(roots, key=lambda one: sources[one.label].name)
            path, is_open = "", seen.is_all
        else:
            folder, path, is_open = self._find(tree, seen, sources, of)
            nodes = list(tree.children(folder.mark))
        return _page(tree, seen, {} if of else sources, nodes, path, is_open, after, limit)

    @staticmethod
    def _find(
        tree: FolderTree, seen: "_Seen", sources: Mapping[str, Source], path: str
    ) -> tuple[FolderNode, str, bool]:
        """The folder of a path, its path, and whether everything in it is visible."""
        held = [one for one in sources.values() if is_below(path, printable(one.root))]
        source = max(held, key=lambda one: len(one.root), default=None)
        rest = "" if source is None else below(path, printable(source.root))
        parts = [] if source is None else [str(source.id), *(rest.split("/") if rest else ())]
        mark, is_open, node = TOP, seen.is_all, None
        for part in parts:
            node = next((one for one in tree.children(mark) if one.label == part), None)
            if node is None or not seen.versions(node, is_open):
                node = None
                break
            is_open = is_open or node.mark in seen.tops
            mark = node.mark
        if node is None:
            raise NotFound(FOLDER_UNKNOWN, path=printable(path))
        return node, path, is_open


@dataclass(frozen=True)
class _Seen:
    """What an actor sees of the tree."""

    tree: FolderTree
    mask: Selection
    is_all: bool
    """Whether all folders are visible."""
    tops: frozenset[str] = frozenset()
    """The marks of the folders that were granted."""
    ways: Mapping[str, tuple[tuple[int, str], ...]] | None = None
    """The granted folders at or below a folder that is one, or leads to one, by its mark."""

    @classmethod
    def of(cls, tree: FolderTree, view: View, mask: Selection) -> "_Seen":
        """For a view."""
        if view.is_all:
            return cls(tree, mask, True)
        ways: dict[str, list[tuple[int, str]]] = {}
        tops = set()
        for source, path in view.places:
            marks = marks_of_folder(source, path)
            tops.add(marks[-1])
            for mark in marks:
                ways.setdefault(mark, []).append((source, path))
        return cls(tree, mask, False, frozenset(tops), {mark: tuple(some) for mark, some in ways.items()})

    def versions(self, node: FolderNode, is_open: bool) -> AssetSet:
        """The versions at or below a folder that are visible there. is_open: the folder above is visible as a whole."""
        if is_open or node.mark in self.tops:
            found = self.tree.versions(node)
        elif self.ways is not None and node.mark in self.ways:
            found = versions_in(self.tree, self.ways[node.mark])
        else:
            found = NONE
        return found if self.mask is ALL else found & self.mask

    def count(self, node: FolderNode, is_open: bool) -> int:
        """How many these are."""
        if (is_open or node.mark in self.tops) and self.mask is not ALL:
            return self.tree.versions(node).common(self.mask)
        return len(self.versions(node, is_open))

    def has_children(self, node: FolderNode, is_open: bool) -> bool:
        """Whether a folder in it has visible assets."""
        is_open = is_open or node.mark in self.tops
        return any(self.count(one, is_open) for one in self.tree.children(node.mark))


def _page(
    tree: FolderTree,
    seen: _Seen,
    sources: Mapping[str, Source],
    nodes: list[FolderNode],
    path: str,
    is_open: bool,
    after: str | None,
    limit: int,
) -> FolderPage:
    found = _reports(seen, sources, _following(nodes, after), path, is_open)
    page: list[tuple[str, FolderReport]] = []
    for mark, report in found:
        if len(page) == limit:
            return FolderPage(folders=tuple(one for _, one in page), after=page[-1][0])
        page.append((mark, report))
    return FolderPage(folders=tuple(one for _, one in page))


def _following(nodes: list[FolderNode], after: str | None) -> list[FolderNode]:
    """Those after a folder, by its mark. One that is gone by now stays in the index, with no versions."""
    at = next((index for index, one in enumerate(nodes) if one.mark == after), -1)
    return nodes[at + 1 :]


def _reports(
    seen: _Seen, sources: Mapping[str, Source], nodes: list[FolderNode], path: str, is_open: bool
) -> Iterator[tuple[str, FolderReport]]:
    for node in nodes:
        count = seen.count(node, is_open)
        if not count:
            continue
        source = sources.get(node.label) if sources else None
        yield (
            node.mark,
            FolderReport(
                name=node.label if source is None else source.name,
                # In an object store a folder may be called "".
                path=printable(source.root)
                if source
                else join_root(path, node.label)
                if node.label
                else f"{path}/",
                is_source=source is not None,
                assets=count,
                has_folders=seen.has_children(node, is_open),
            ),
        )
