"""The use cases of subclips: creating, editing, listing, deleting and exporting."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, NoReturn

from sqlalchemy import Connection, Row

from dampipe.features.alignment.anchors import Anchors, CarriedSpan, VersionTimes
from dampipe.features.alignment.model import TimeReport
from dampipe.features.assets.names import names_of
from dampipe.features.assets.shown import shown_versions, visible_sha1s
from dampipe.features.metadata.references import Names, ids_by_text, terms_for_writing, unknown
from dampipe.features.metadata.registry import LibraryFields, hold_schema
from dampipe.features.metadata.service import read_values, require_write
from dampipe.features.metadata.values import Content, Given, plain
from dampipe.features.subclips.errors import (
    HAS_NO_TIMES,
    NAME_INVALID,
    NO_VERSION,
    NOTE_INVALID,
    PAGE_INVALID,
    SUBCLIP_CHANGED,
    SUBCLIP_UNKNOWN,
)
from dampipe.features.subclips.model import (
    MAX_NAME,
    MAX_NOTE,
    MOST_CREATED,
    MOST_SHOWN,
    CarriedReport,
    NewSubclip,
    Span,
    SubclipEdit,
    SubclipPage,
    SubclipQuery,
    SubclipReport,
    SubclipsDeleted,
    Value,
    Values,
)
from dampipe.features.subclips.placing import PlacedSubclips
from dampipe.features.subclips.queries import (
    Found,
    SubclipRepository,
    content_of_image,
)
from dampipe.features.undo.journal import begin, finish
from dampipe.kernel.access import EDIT, READ, Actor, require
from dampipe.kernel.anchored_time import AnchoredTime
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, InvalidInput, NotFound
from dampipe.kernel.field import FieldType, MetadataField
from dampipe.kernel.visibility import View, Visibility
from dampipe.media.frame_clock import FrameClock
from dampipe.media.info import MediaKind

MOST_WORDS = 100
"""Characters of a value in a message."""
_AFTER = re.compile(r"([0-9.e+-]{1,30}):(\d{1,10})", re.ASCII)


class SubclipService:
    """The subclips of a library. Any method may raise CatalogueDown; what an actor does not see does not exist."""

    def __init__(
        self,
        database: Database,
        subclips: SubclipRepository,
        fields: LibraryFields,
        placed: PlacedSubclips,
        anchors: Anchors,
        visibility: Visibility,
    ) -> None:
        self._db = database
        self._subclips = subclips
        self._fields = fields
        self._placed = placed
        self._anchors = anchors
        self._visibility = visibility

    # ---- reading

    def get(self, actor: Actor, number: int) -> SubclipReport:
        """One subclip. Raises NotFound."""
        require(actor, READ)
        return self._one(actor, number)

    def _one(self, actor: Actor, number: int) -> SubclipReport:
        view = self._visibility.of(actor)
        with self._db.read() as connection:
            where = (self._subclips.among_ids([number]), self._subclips.shown(view))
            rows = self._subclips.page(connection, where, 1, by_time=True)
        if not rows:
            raise NotFound(SUBCLIP_UNKNOWN, number=number)
        return self._reports(rows, view)[0]

    def page(
        self, actor: Actor, query: SubclipQuery, limit: int = 100, after: str | None = None
    ) -> SubclipPage:
        """A page of subclips: those of one asset by their times, others newest first.

        after: what the page before returned. Raises NotFound and InvalidInput for what the query names.
        """
        require(actor, READ)
        view = self._visibility.of(actor)
        limit = max(1, min(limit, MOST_SHOWN))
        rows = self._placed.rows(actor, query, view, limit + 1, _position(after))
        shown = rows[:limit]
        last = f"{shown[-1].start_seconds!r}:{shown[-1].id}" if len(rows) > limit else None
        return SubclipPage(subclips=tuple(self._reports(shown, view)), after=last)

    def of_assets(self, actor: Actor, assets: Collection[int]) -> dict[int, list[SubclipReport]]:
        """The subclips of some visible assets, by the number of the asset and in the order of their times."""
        require(actor, READ)
        view = self._visibility.of(actor)
        found: dict[int, list[SubclipReport]] = {}
        for some in chunked(sorted(assets)):
            with self._db.read() as connection:
                where = (self._subclips.of_assets(some), self._subclips.shown(view))
                rows = self._subclips.page(connection, where, 1 << 31, by_time=True)
            for row, report in zip(rows, self._reports(rows, view), strict=True):
                found.setdefault(row.asset_id, []).append(report)
        return found

    def by_ids(self, actor: Actor, numbers: Collection[int]) -> dict[int, SubclipReport]:
        """Subclips by their numbers; those that the actor does not see are left out."""
        require(actor, READ)
        view = self._visibility.of(actor)
        with self._db.read() as connection:
            where = (self._subclips.among_ids(numbers), self._subclips.shown(view))
            rows = self._subclips.page(connection, where, 1 << 31, by_time=True)
        return {report.id: report for report in self._reports(rows, view)}

    # ---- writing

    def create(self, actor: Actor, new: NewSubclip) -> SubclipReport:
        """Create a subclip. Raises NotFound, and InvalidInput for times, names or values that are not valid."""
        require(actor, EDIT)
        return self.create_many(actor, [new])[0]

    def create_many(self, actor: Actor, news: Sequence[NewSubclip]) -> list[SubclipReport]:
        """Create subclips, all or none, as one edit that can be undone."""
        require(actor, EDIT)
        view = self._visibility.of(actor)
        news = news[:MOST_CREATED]
        versions = {
            name: self._anchors.version(actor, name) for name in dict.fromkeys(one.asset for one in news)
        }
        columns = [_columns(versions[one.asset], one) for one in news]
        with self._db.write() as connection:
            hold_schema(connection, self._db)
            pairs = [
                (row, self._values(connection, actor, one.fields, view))
                for row, one in zip(columns, news, strict=True)
            ]
            summary = (
                f"create the subclip {news[0].name}" if len(news) == 1 else f"create {len(news)} subclips"
            )
            edit = begin(connection, str(actor), summary)
            numbers = self._subclips.create(connection, edit, str(actor), pairs)
            finish(connection, edit)
        found = self.by_ids(actor, numbers)
        return [found[number] for number in numbers]

    def edit(self, actor: Actor, number: int, edit: SubclipEdit) -> SubclipReport:
        """Change a subclip. Raises NotFound, InvalidInput, and Conflict where it was changed since `if_version`."""
        require(actor, EDIT)
        view = self._visibility.of(actor)
        before = self._one(actor, number)
        wanted: dict[str, Any] = {}
        if edit.name is not None:
            wanted["name"] = valid_name(edit.name)
        if edit.note is not None:
            wanted["note"] = valid_note(edit.note)
        if edit.start is not None or edit.end is not None or edit.last is not None:
            wanted |= self._moved(actor, before, edit)
        with self._db.write() as connection:
            hold_schema(connection, self._db)
            found = self._subclips.lock(connection, [number], view).get(number)
            if found is None:
                raise NotFound(SUBCLIP_UNKNOWN, number=number)
            values = self._values(connection, actor, edit.fields, view)
            if edit.if_version is not None and edit.if_version != found.row["version"]:
                self._conflict(connection, found, wanted, values, view)
            made = begin(connection, str(actor), f"change the subclip {found.row['name']}")
            self._subclips.change(connection, made, str(actor), found, wanted, values)
            finish(connection, made)
        return self._one(actor, number)

    def delete(
        self, actor: Actor, numbers: Collection[int], if_version: int | None = None
    ) -> SubclipsDeleted:
        """Delete subclips, all or none. Raises NotFound, and Conflict as `edit`."""
        require(actor, EDIT)
        view = self._visibility.of(actor)
        with self._db.write() as connection:
            found = self._subclips.lock(connection, numbers, view)
            for number in numbers:
                if number not in found:
                    raise NotFound(SUBCLIP_UNKNOWN, number=number)
                if if_version is not None and if_version != found[number].row["version"]:
                    row = found[number].row
                    raise Conflict(
                        SUBCLIP_CHANGED,
                        field="version",
                        yours=if_version,
                        theirs=row["version"],
                        by=row["changed_by"],
                        version=row["version"],
                    )
            names = [one.row["name"] for one in found.values()]
            summary = f"delete the subclip {names[0]}" if len(names) == 1 else f"delete {len(names)} subclips"
            edit = begin(connection, str(actor), summary)
            count = self._subclips.delete(connection, edit, str(actor), found.values())
            return SubclipsDeleted(deleted=count, edit=finish(connection, edit))

    # ---- rows

    def _reports(self, rows: Sequence[Row[Any]], view: View) -> "list[SubclipReport]":
        anchored = self._placed.anchored(rows, view)
        assets = {row.asset_id for row in rows}
        with self._db.read() as connection:
            current = shown_versions(connection, self._db, assets, view)
            names = names_of(connection, self._db, view, assets)
            values = self._subclips.values(connection, [row.id for row in rows])
            known = self._fields.all(connection)
            contents = {
                content_of_image(one)
                for fields in values.values()
                for some in fields.values()
                for one in some
            }
            named = Names(self._db, connection, contents, view)
        versions = {row.version_id for row in rows if row.version_id is not None}
        clocks = self._anchors.clocks(versions | {one.version for one in anchored if one.version is not None})
        visible = self._visible(versions, view)
        return [
            SubclipReport(
                id=one.row.id,
                asset=current[one.row.asset_id].sha1,
                asset_name=names.get(one.row.asset_id, ""),
                anchored_at=visible.get(one.row.version_id),
                **_times(one.start, one.end, clocks.get(one.row.version_id)),
                carried=_carried(one.carried, clocks.get(one.version or 0)),
                name=one.row.name,
                note=one.row.note,
                fields=_shown(values.get(one.row.id, {}), known, named),
                created_at=_time(one.row.created_at),
                created_by=one.row.created_by,
                changed_at=_time(one.row.changed_at),
                changed_by=one.row.changed_by,
                version=one.row.version,
            )
            for one in anchored
            if one.row.asset_id in current
        ]

    def _visible(self, versions: Collection[int], view: View) -> Mapping[int | None, str]:
        with self._db.read() as connection:
            return visible_sha1s(connection, self._db, versions, view)

    # ---- what is given

    def _moved(self, actor: Actor, before: SubclipReport, edit: SubclipEdit) -> dict[str, Any]:
        """The columns of another span; a start or an end that is not given stays."""
        if before.anchored_at is None:
            raise InvalidInput(NO_VERSION, number=before.id)
        start = edit.start if edit.start is not None else f"{before.start.ticks}@{before.start.base}"
        if edit.end is None and edit.last is None:
            edit = edit.model_copy(update={"end": f"{before.end.ticks}@{before.end.base}"})
        return _span_columns(*_span(self._anchors.version(actor, before.anchored_at), start, edit))

    def _values(
        self, connection: Connection, actor: Actor, fields: Mapping[str, Values], view: View
    ) -> dict[str, tuple[Content, ...]]:
        """What fields are to hold. Raises as an edit of the metadata of assets."""
        found = {}
        for key, value in fields.items():
            one = self._fields.find(connection, key)
            require_write(actor, one)
            given: tuple[Given, ...] = (
                () if value is None else value if isinstance(value, tuple) else (value,)
            )
            ids = self._ids(connection, actor, one, given, view)
            found[key] = read_values(one, given, ids)
        return found

    def _ids(
        self, connection: Connection, actor: Actor, one: MetadataField, given: Sequence[Given], view: View
    ) -> Mapping[str, int]:
        """The terms or assets that values name; terms that an open vocabulary does not have are added."""
        texts = [str(value) for value in given]
        if one.type is FieldType.TERM and given:
            ids = terms_for_writing(self._db, connection, one, texts, actor)
        elif one.type is FieldType.ASSET and given:
            ids = ids_by_text(self._db, connection, one, texts, view)
        else:
            return {}
        for text in texts:
            if text.strip() not in ids:
                raise unknown(one, text)
        return ids

    def _conflict(
        self,
        connection: Connection,
        found: Found,
        wanted: Mapping[str, Any],
        values: Mapping[str, tuple[Content, ...]],
        view: View,
    ) -> None:
        """Raise Conflict with both values of the first thing that differs; what is the same does not conflict."""

        def refuse(field: str, yours: Any, theirs: Any) -> NoReturn:
            raise Conflict(
                SUBCLIP_CHANGED,
                field=field,
                yours=yours,
                theirs=theirs,
                by=found.row["changed_by"],
                version=found.row["version"],
            )

        for name in ("name", "note"):
            if name in wanted and wanted[name] != found.row[name]:
                refuse(name, wanted[name], found.row[name])
        for name, end in (("start", "start_ticks"), ("end", "end_ticks")):
            mine = (wanted.get(end), wanted.get("base"))
            if end in wanted and _exact(*mine) != _exact(found.row[end], found.row["base"]):
                refuse(name, f"{mine[0]}@{mine[1]}", f"{found.row[end]}@{found.row['base']}")
        for key, contents in values.items():
            theirs = found.contents(key)
            if contents != theirs:
                field = self._fields.find(connection, key)
                names = Names(self._db, connection, [*contents, *theirs], view)
                refuse(key, *(list(_plain(field, some, names)) for some in (contents, theirs)))


def _columns(version: VersionTimes, new: NewSubclip) -> dict[str, Any]:
    """The columns of a new subclip."""
    if version.media is not None and version.media.kind is MediaKind.STILL:
        raise InvalidInput(HAS_NO_TIMES, name=version.name)
    return {
        "asset_id": version.asset_id,
        "version_id": version.id,
        **_span_columns(*_span(version, new.start, new)),
        "name": valid_name(new.name),
        "note": valid_note(new.note),
    }


def _span(version: VersionTimes, start: str, given: Span) -> tuple[AnchoredTime, AnchoredTime]:
    if given.last is not None:
        return version.span_through(start, given.last)
    return version.span(start, given.end)


def valid_name(name: str) -> str:
    """The name of a subclip. Raises InvalidInput."""
    text = unicodedata.normalize("NFC", name).strip()
    if not 0 < len(text) <= MAX_NAME or any(
        unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") for one in text
    ):
        raise InvalidInput(NAME_INVALID, name=ascii(name[:MOST_WORDS])[1:-1], most=MAX_NAME)
    return text


def valid_note(note: str) -> str:
    """The note of a subclip. Raises InvalidInput."""
    text = unicodedata.normalize("NFC", note.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(text) > MAX_NOTE or any(
        unicodedata.category(one) in ("Cc", "Cs") and one not in "\n\t" for one in text
    ):
        raise InvalidInput(NOTE_INVALID, count=len(text), most=MAX_NOTE)
    return text


def _exact(ticks: Any, base: Any) -> Fraction:
    return int(ticks) * Fraction(str(base))


def _position(after: str | None) -> tuple[float, int] | None:
    if after is None:
        return None
    match = _AFTER.fullmatch(after)
    try:
        if match is not None:
            return float(match[1]), int(match[2])
    except ValueError:
        pass
    raise InvalidInput(PAGE_INVALID, after=ascii(after[:MOST_WORDS])[1:-1])


def _span_columns(start: AnchoredTime, end: AnchoredTime) -> dict[str, Any]:
    return {
        "start_ticks": start.ticks,
        "end_ticks": end.ticks,
        "base": str(start.base),
        "start_seconds": float(start.seconds),
    }


def _times(start: AnchoredTime, end: AnchoredTime, clock: FrameClock | None) -> dict[str, Any]:
    last = AnchoredTime(end.ticks - 1, end.base)
    if clock is not None:
        frame = clock.frame(end)
        inside = clock.times.begin(frame).seconds + clock.times.tolerance >= end.seconds
        last = clock.time(max(0, frame - 1 if inside else frame))
    return {
        "start": TimeReport.of(start, clock),
        "end": TimeReport.of_end(end, clock),
        "last": TimeReport.of(last, clock),
        "duration": float(end.seconds - start.seconds),
    }


def _carried(found: CarriedSpan, clock: FrameClock | None) -> CarriedReport:
    return CarriedReport(
        fate=found.fate,
        text=found.text,
        moved=found.moved,
        is_cut=found.is_cut,
        start=None if found.start is None else TimeReport.of(found.start, clock),
        end=None if found.end is None else TimeReport.of_end(found.end, clock),
    )


def _plain(one: MetadataField, contents: Iterable[Content], names: Names) -> tuple[Value, ...]:
    shown = (plain(one, content, names.of(one)) for content in contents)
    return tuple(value for value in shown if value is not None)


def _shown(
    values: Mapping[str, Sequence[Any]], known: Mapping[str, MetadataField], names: Names
) -> dict[str, Value | tuple[Value, ...]]:
    found: dict[str, Value | tuple[Value, ...]] = {}
    for key, field in known.items():
        if key in values:
            shown = tuple(dict.fromkeys(_plain(field, map(content_of_image, values[key]), names)))
            if shown:
                found[key] = shown if field.multiple else shown[0]
    return found


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
