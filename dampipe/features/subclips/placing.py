"""Where subclips are: in the version that they are anchored at, and in the current version of their asset."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Row

from dampipe.features.alignment.anchors import GONE, Anchors, CarriedSpan
from dampipe.features.assets.service import AssetService
from dampipe.features.assets.shown import shown_versions
from dampipe.features.metadata.comparison import parse_comparison
from dampipe.features.subclips.model import SubclipQuery
from dampipe.features.subclips.queries import SubclipRepository
from dampipe.kernel.access import Actor
from dampipe.kernel.anchored_time import AnchoredTime
from dampipe.kernel.db.database import Database
from dampipe.kernel.selection import AssetSelector
from dampipe.kernel.visibility import View


@dataclass(frozen=True)
class Anchored:
    """A subclip, where it is, and in which version."""

    row: Row[Any]
    start: AnchoredTime
    end: AnchoredTime
    version: int | None
    """The current one of its asset."""
    carried: CarriedSpan


class PlacedSubclips:
    """Finds subclips, and says where they are. Any method may raise CatalogueDown."""

    def __init__(
        self,
        database: Database,
        subclips: SubclipRepository,
        service: AssetService,
        anchors: Anchors,
        selector: AssetSelector,
    ) -> None:
        self._db = database
        self._subclips = subclips
        self._service = service
        self._anchors = anchors
        self._selector = selector

    def rows(
        self, actor: Actor, query: SubclipQuery, view: View, limit: int, after: tuple[float, int] | None
    ) -> Sequence[Row[Any]]:
        """The visible subclips that a query means, `limit` at most. after: the place of the last one before."""
        is_few = query.asset is not None or query.ids is not None
        where: list[ColumnElement[bool]] = [self._subclips.shown(view, is_few)]
        if query.asset is not None:
            where.append(self._subclips.of_assets([self._service.asset_id(actor, query.asset)]))
        if query.filters:
            where.append(self._subclips.of_assets(self._selector.assets(actor, query.filters)))
        if query.text.strip():
            where.append(self._subclips.contains(query.text.strip()))
        if query.ids is not None:
            where.append(self._subclips.among_ids(query.ids))
        comparisons = [parse_comparison(one) for one in query.where]
        with self._db.read() as connection:
            where += [self._subclips.compares(connection, *one, view) for one in comparisons]
            return self._subclips.page(connection, where, limit, by_time=query.asset is not None, after=after)

    def anchored(self, rows: Sequence[Row[Any]], view: View) -> list[Anchored]:
        """Subclips with where they are in the current versions of their assets, as far as stored alignments say it."""
        with self._db.read() as connection:
            current = shown_versions(connection, self._db, {row.asset_id for row in rows}, view)
        spans: dict[int, tuple[AnchoredTime, AnchoredTime]] = {}
        by_pair: dict[tuple[int, int], list[int]] = {}
        for row in rows:
            base = Fraction(row.base)
            spans[row.id] = AnchoredTime(row.start_ticks, base), AnchoredTime(row.end_ticks, base)
            if row.version_id is not None and row.asset_id in current:
                by_pair.setdefault((row.version_id, current[row.asset_id].id), []).append(row.id)
        carried: dict[int, CarriedSpan] = {}
        for (own, other), numbers in by_pair.items():
            found = self._anchors.carried_spans(own, other, [spans[number] for number in numbers])
            carried |= dict(zip(numbers, found, strict=True))
        return [
            Anchored(
                row,
                *spans[row.id],
                current[row.asset_id].id if row.asset_id in current else None,
                carried.get(row.id, GONE),
            )
            for row in rows
        ]
