"""What people write, checked and turned into columns of the table `comment`."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Row

from dampipe.features.alignment.anchors import Anchors
from dampipe.features.assets.queries import AssetRepository
from dampipe.features.review import errors
from dampipe.features.review.drawing import Drawing
from dampipe.features.review.model import (
    DEFAULT_COLOR,
    MAX_NAME,
    MAX_TEXT,
    Audience,
    CommentEdit,
    CommentKind,
    CommentRequest,
)
from dampipe.kernel.access import Actor, ActorKind
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.storable import is_storable
from dampipe.media.info import MediaInfo, MediaKind
from dampipe.timeline.marker import COLORS

Columns = dict[str, Any]
NO_TIME: Columns = {"start_ticks": None, "end_ticks": None, "base": None, "start_seconds": None}


class Drafts:
    """Checks comments. Any method may raise CatalogueDown."""

    def __init__(self, anchors: Anchors, rows: AssetRepository) -> None:
        self._anchors = anchors
        self._rows = rows

    def new(self, actor: Actor, version: Row[Any], request: CommentRequest) -> Columns:
        """The columns of a new comment on a version. Raises InvalidInput."""
        is_marker = request.kind is CommentKind.MARKER
        columns = {
            "version_id": version.id,
            "kind": str(request.kind),
            "name": checked_name(request.name),
            "color": checked_color(request.color) or (DEFAULT_COLOR if is_marker else ""),
            "text": checked_text(request.text),
            "drawing": None if request.drawing is None else request.drawing.model_dump_json(),
            "audience": checked_audience(actor, request.audience),
            **self._anchor(actor, version, _given(request.start), _given(request.end)),
        }
        check_said(columns)
        _check_drawing(version, columns)
        return columns

    def changed(self, actor: Actor, row: Row[Any], change: CommentEdit, version: Row[Any] | None) -> Columns:
        """The columns that an edit gives, with the values that it gives them; those of the comment may be the same.

        version: that of the comment; None: it was deleted, or is not visible.
        """
        columns: Columns = {}
        start, end = _given(change.start), _given(change.end)
        if change.whole:
            columns |= NO_TIME
        elif start is not None or end is not None:
            if version is None and row.root_id is None:
                raise NotFound(errors.VERSION_GONE, number=row.id)
            if version is not None and row.root_id is None:
                columns |= self._anchor(actor, version, start, end)
        if change.text is not None:
            columns["text"] = checked_text(change.text)
        if change.name is not None:
            columns["name"] = checked_name(change.name)
        if change.color is not None:
            is_marker = row.kind == CommentKind.MARKER
            columns["color"] = checked_color(change.color) or (DEFAULT_COLOR if is_marker else "")
        if change.drawing is not None or change.no_drawing:
            columns["drawing"] = None if change.drawing is None else change.drawing.model_dump_json()
        if change.audience is not None:
            columns["audience"] = checked_audience(actor, change.audience)
        given = {"time": start or end, "name": change.name, "color": change.color, "drawing": change.drawing}
        for part, value in given.items() if row.root_id is not None else ():
            if value:
                raise InvalidInput(errors.REPLY_PART, part=part)
        after = {**row._mapping, **columns}
        check_said(after)
        if version is not None:
            _check_drawing(version, after)
        return columns

    def _anchor(self, actor: Actor, version: Row[Any], start: str | None, end: str | None) -> Columns:
        """The times of a comment as columns: a frame, or a span of frames."""
        if start is None:
            if end is not None:
                raise InvalidInput(errors.END_ALONE)
            return NO_TIME
        if _kind(version) is MediaKind.STILL:
            raise InvalidInput(errors.STILL_TIME, name=version.name)
        first, last = self._anchors.span(actor, version.sha1, start, end)
        return {
            "start_ticks": first.ticks,
            "end_ticks": None if end is None else last.ticks,
            "base": str(first.base),
            "start_seconds": float(first.seconds),
        }


def parse_drawing(text: str) -> Drawing:
    """A drawing from JSON. Raises InvalidInput."""
    try:
        return Drawing.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        problem = f"{place}: {first['msg']}" if place else first["msg"]
        raise InvalidInput(errors.DRAWING_INVALID, problem=problem) from error


def checked_text(text: str) -> str:
    """The text of a comment, without space around it. Raises InvalidInput."""
    if len(text) > MAX_TEXT:
        raise InvalidInput(errors.TEXT_TOO_LONG, length=len(text), most=MAX_TEXT)
    return _storable(text).strip()


def checked_name(name: str) -> str:
    """The name of a marker, on one line. Raises InvalidInput."""
    name = " ".join(_storable(name).split())
    if len(name) > MAX_NAME:
        raise InvalidInput(errors.TEXT_TOO_LONG, length=len(name), most=MAX_NAME)
    return name


def checked_audience(actor: Actor, audience: Audience) -> str:
    """Who sees a comment. Raises InvalidInput for a guest, who would not see it any more."""
    if audience is Audience.TEAM and actor.kind is ActorKind.LINK:
        raise InvalidInput(errors.GUEST_AUDIENCE)
    return str(audience)


def checked_color(color: str) -> str:
    """The name of a colour; "": none. Raises InvalidInput."""
    color = color.strip().lower()
    if color and color not in COLORS:
        raise InvalidInput(errors.COLOR_INVALID, color=ascii(color[:50]), colors=", ".join(COLORS))
    return color


def check_said(columns: Mapping[str, Any]) -> None:
    """Raise InvalidInput for a comment that says nothing."""
    is_marker = columns["kind"] == CommentKind.MARKER
    if not (columns["text"] or columns["drawing"] or (is_marker and columns["name"])):
        raise InvalidInput(errors.NOTHING_SAID)


def _check_drawing(version: Row[Any], columns: Mapping[str, Any]) -> None:
    """Raise InvalidInput for a drawing on what has no picture, or on none of its frames."""
    if columns["drawing"] is None:
        return
    kind = _kind(version)
    if kind is MediaKind.AUDIO:
        raise InvalidInput(errors.NO_PICTURE, name=version.name)
    if columns["start_ticks"] is None and kind is not MediaKind.STILL:
        raise InvalidInput(errors.DRAWING_NEEDS_TIME, name=version.name)


def _kind(version: Row[Any]) -> MediaKind | None:
    return MediaInfo.model_validate_json(version.media).kind if version.media else None


def _given(text: str | None) -> str | None:
    return text.strip() or None if text is not None else None


def _storable(text: str) -> str:
    if not is_storable(text):
        raise InvalidInput(errors.TEXT_INVALID, text=ascii(text[:100]))
    return text
