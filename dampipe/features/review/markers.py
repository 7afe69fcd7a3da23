"""Comments as markers of timelines, and what a marker that comes back says. No I/O."""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from dampipe.features.alignment.model import Fate, TimeReport
from dampipe.features.review.model import CommentKind, CommentReport
from dampipe.timeline.marker import Marker, Reply

IMPORTED = " (imported)"
"""Stands behind the name of an author that comes from a file: anybody can write a name into one."""
_KEY = re.compile(r"comment/(\d{1,9})/([0-9a-f]{8})", re.ASCII)
_NUMBER = re.compile(r"(.{1,200}?) #(\d{1,9})(?:: .*)?", re.ASCII)
"""The name of a comment, in a format with one line followed by its text."""
_SAID_BY = re.compile(r"([^:\n]{1,100}): (.+)", re.DOTALL)


@dataclass(frozen=True)
class Own:
    """Which comment a marker says that it is."""

    number: int
    digest: str | None = None
    """Of the text as it was written; None: the program that wrote the file has not kept the record of the marker."""
    author: str | None = None
    """The name by which the marker says it, where there is no record."""


def marker_of(one: CommentReport) -> Marker | None:
    """A comment as a marker where it is now, one about the whole asset at the first frame; None: it is not there."""
    start, end = Fraction(0), None
    if one.now is not None:
        if one.now.fate is not Fate.CARRIED or one.now.start is None:
            return None
        start = max(Fraction(0), _seconds(one.now.start))
        end = None if one.now.end is None else _seconds(one.now.end)
        if end is not None and end <= start:
            end = None
    is_marker = one.kind is CommentKind.MARKER
    return Marker(
        start=start,
        end=end,
        # The number makes the name one of its own, by which the marker is found after another program has moved it.
        name=one.name if is_marker and one.name else f"{one.author_name} #{one.id}",
        note=one.text,
        color=one.color,
        author=one.author_name,
        at=one.created_at,
        is_resolved=one.resolved_at is not None,
        replies=tuple(
            Reply(text=reply.text, author=reply.author_name, at=reply.created_at) for reply in one.replies
        ),
        key=f"comment/{one.id}/{digest_of(one.text)}",
    )


def own_of(key: str, name: str) -> Own | None:
    """The comment that a marker says it is; None: it was not written as one."""
    if (found := _KEY.fullmatch(key)) is not None:
        return Own(int(found[1]), digest=found[2])
    return Own(int(found[2]), author=found[1]) if (found := _NUMBER.fullmatch(name)) is not None else None


def digest_of(text: str) -> str:
    """A digest of a text, by which it is known whether it was changed meanwhile."""
    return f"{zlib.crc32(text.encode()):08x}"


def plain_author(name: str) -> str:
    """The name of an author without what says that it was imported."""
    while name.endswith(IMPORTED):
        name = name[: -len(IMPORTED)]
    return name


def split_note(
    note: str, author: str, text: str, replies: Sequence[tuple[str, str]]
) -> tuple[str, list[Reply]]:
    """The text in a note that another program has changed, and the replies that it has added.

    The note began as `Marker.text` of a comment with that author, text and replies (author and text each).
    """
    body = note.strip()
    prefix = f"{author}: "
    body = body[len(prefix) :] if author and body.startswith(prefix) else body
    known = [f"{by}: {said}" if by else said for by, said in replies]
    places = [found for one in known if (found := body.find(f"\n{one}")) >= 0]
    if places:
        at = min(places)
        body, rest = body[:at], body[at:]
        for one in known:
            rest = rest.replace(f"\n{one}", "", 1)
    elif text and body.startswith(f"{text}\n"):
        body, rest = text, body[len(text) :]
    else:
        rest = ""
    return body.strip(), [_reply(line) for line in rest.splitlines() if line.strip()]


def _reply(line: str) -> Reply:
    found = _SAID_BY.fullmatch(line.strip())
    return Reply(text=found[2], author=found[1]) if found else Reply(text=line.strip())


def _seconds(time: TimeReport) -> Fraction:
    return time.ticks * Fraction(time.base)
