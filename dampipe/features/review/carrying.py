"""Where comments are in another version than the one that they were made on: read from stored alignments only."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import Row

from dampipe.features.alignment.anchors import Anchors
from dampipe.features.alignment.model import GONE_TEXT, Fate, TimeReport, moved_text
from dampipe.features.review.model import Place
from dampipe.kernel.anchored_time import AnchoredTime
from dampipe.media.frame_clock import FrameClock


def anchor_of(row: Row[Any]) -> tuple[AnchoredTime, AnchoredTime | None] | None:
    """The stored times of a comment: its start, and its end if it is about a span; None: the whole asset."""
    if row.start_ticks is None:
        return None
    base = Fraction(row.base)
    end = None if row.end_ticks is None else AnchoredTime(row.end_ticks, base)
    return AnchoredTime(row.start_ticks, base), end


class Carrier:
    """Says where comments are. Any method may raise CatalogueDown."""

    def __init__(self, anchors: Anchors) -> None:
        self._anchors = anchors

    def clocks(self, versions: Sequence[int]) -> Mapping[int, FrameClock]:
        """The clocks of versions by id, of those that have one."""
        return self._anchors.clocks(versions)

    def ensure(self, version: int, to: int) -> None:
        """Have two versions aligned in the background."""
        self._anchors.ensure(version, to)

    def places(self, rows: Sequence[Row[Any]], targets: Mapping[int, int]) -> dict[int, Place]:
        """Where comments are, by their numbers; those about the whole asset are left out.

        targets: by number of a comment the version in which it is looked for.
        """
        found: dict[int, Place] = {}
        pairs: dict[tuple[int, int], list[Row[Any]]] = {}
        for row in rows:
            if row.start_ticks is None or row.id not in targets:
                continue
            if row.version_id is None:
                found[row.id] = Place(
                    fate=Fate.GONE, text=f"{GONE_TEXT}: the version that it was made on was deleted"
                )
            else:
                pairs.setdefault((row.version_id, targets[row.id]), []).append(row)
        clocks = self._anchors.clocks({one for pair in pairs for one in pair}) if pairs else {}
        for (source, target), some in pairs.items():
            own, other = clocks.get(source), clocks.get(target)
            points = [row for row in some if row.end_ticks is None]
            spans = [row for row in some if row.end_ticks is not None]
            found |= self._points(source, target, points, own, other)
            found |= self._spans(source, target, spans, own, other)
        return found

    def _points(
        self,
        source: int,
        target: int,
        rows: Sequence[Row[Any]],
        own: FrameClock | None,
        other: FrameClock | None,
    ) -> dict[int, Place]:
        times = [AnchoredTime(row.start_ticks, Fraction(row.base)) for row in rows]
        carried = self._anchors.carried(source, target, times) if rows else []
        if carried is None:
            return {row.id: Place(fate=Fate.PENDING, text="pending") for row in rows}
        found = {}
        for row, time, one in zip(rows, times, carried, strict=True):
            if one.time is None:
                before, after = (
                    None if side is None else TimeReport.of(side, other) for side in (one.before, one.after)
                )
                found[row.id] = Place(fate=Fate.GONE, text=GONE_TEXT, before=before, after=after)
                continue
            moved = other.frame(one.time) - own.frame(time) if own is not None and other is not None else None
            start = TimeReport.of(one.time, other)
            found[row.id] = Place(fate=Fate.CARRIED, start=start, moved=moved, text=moved_text(moved))
        return found

    def _spans(
        self,
        source: int,
        target: int,
        rows: Sequence[Row[Any]],
        own: FrameClock | None,
        other: FrameClock | None,
    ) -> dict[int, Place]:
        spans = [
            (
                AnchoredTime(row.start_ticks, Fraction(row.base)),
                AnchoredTime(row.end_ticks, Fraction(row.base)),
            )
            for row in rows
        ]
        carried = self._anchors.carried_spans(source, target, spans) if rows else []
        found = {}
        for row, one in zip(rows, carried, strict=True):
            start = None if one.start is None else TimeReport.of(one.start, other)
            end = None if one.end is None else TimeReport.of_end(one.end, other)
            found[row.id] = Place(fate=one.fate, start=start, end=end, moved=one.moved, text=one.text)
        missing = [
            (row, start)
            for row, (start, _) in zip(rows, spans, strict=True)
            if found[row.id].fate is Fate.GONE
        ]
        ends = self._anchors.carried(source, target, [start for _, start in missing]) if missing else None
        for (row, _), gone in zip(missing, ends or [], strict=False):
            before, after = (
                None if side is None else TimeReport.of(side, other) for side in (gone.before, gone.after)
            )
            found[row.id] = found[row.id].model_copy(update={"before": before, "after": after})
        return found
