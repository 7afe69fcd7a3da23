"""Comments as values: what is asked for, and what is shown. No I/O."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from dampipe.features.alignment.model import Fate, TimeReport
from dampipe.features.assets.selected import Selected
from dampipe.features.review.drawing import Drawing
from dampipe.timeline import Format

MAX_TEXT = 10_000
"""Characters of a comment."""
MAX_NAME = 300
MAX_LIMIT = 1_000
"""Threads of one page."""
MOST_CARRIED = 50_000
"""Threads of one asset that are sorted by time; an asset with more lists the newest."""
DEFAULT_COLOR = "green"
"""Of a marker without one; `timeline.marker.COLORS` lists them."""


class CommentKind(StrEnum):
    """What is at a time."""

    COMMENT = "comment"
    MARKER = "marker"
    """A named, coloured place; it may have a text, too."""


class Audience(StrEnum):
    """Who sees a comment, of those who see its asset."""

    EVERYONE = "everyone"
    TEAM = "team"
    """Not guests of share links."""


class CommentRequest(BaseModel):
    """A comment that is to be written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    asset: str
    """SHA-1 of the version that it is about, its first digits, a path or a file name."""
    text: str = ""
    start: str | None = None
    """Seconds ("12.5"), ticks of a time base ("300@1001/24000") or time code ("01:00:12:12"); None: the whole asset."""
    end: str | None = None
    """Of a span, whose end is not part of it; None: a point."""
    kind: CommentKind = CommentKind.COMMENT
    name: str = ""
    """Of a marker."""
    color: str = ""
    drawing: Drawing | None = None
    audience: Audience = Audience.EVERYONE


class CommentEdit(BaseModel):
    """What is to be changed of a comment: what is not given stays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str | None = None
    start: str | None = None
    end: str | None = None
    """Given with `start`; a new start without it makes the comment one about a point."""
    whole: bool = False
    """Have it be about the whole asset, without a time."""
    name: str | None = None
    color: str | None = None
    drawing: Drawing | None = None
    no_drawing: bool = False
    """Delete the drawing."""
    audience: Audience | None = None
    """What the thread is opened to is its first comment: replies for the team stay for the team."""
    if_version: int | None = None
    """The version of the comment that was read: another one is a conflict."""


class CommentQuery(Selected):
    """Which threads of the library are listed: of selected assets, or, without a selection, of all."""

    resolved: bool | None = None
    """Only resolved threads, or only open ones; None: both."""
    kind: CommentKind | None = None
    author: str = ""
    """Only threads in which this user or guest wrote something: a name as it is shown."""
    guests: bool = False
    """Only threads in which a guest wrote something."""
    since: datetime | None = None
    """Only threads in which something was written, edited or resolved since then; without a zone: UTC."""
    limit: int = Field(default=100, ge=1, le=MAX_LIMIT)
    before: int | None = Field(default=None, ge=1)
    """Only threads older than this one: the number of the last one of the page before."""


class Place(BaseModel):
    """Where a comment is in the current version of its asset, or in the latest that is visible."""

    model_config = ConfigDict(frozen=True)

    fate: Fate
    start: TimeReport | None = None
    end: TimeReport | None = None
    """Of a span; it is not part of it."""
    moved: int | None = None
    """By how many frames it moved from where it was made; None for sound, and where it is not known."""
    text: str = ""
    """What became of it, in words, such as `moved +312 frames`; "" where it is where it was."""
    before: TimeReport | None = None
    """If it is gone: the last frame before it that is left;"""
    after: TimeReport | None = None
    """and the first after it."""


class ReplyReport(BaseModel):
    """One reply of a thread."""

    model_config = ConfigDict(frozen=True)

    id: int
    thread: int
    text: str
    author: str
    """The actor who wrote it."""
    author_name: str
    is_guest: bool = False
    """Whether it was written through a share link."""
    is_mine: bool = False
    """Whether the one who asks may edit it."""
    audience: Audience = Audience.EVERYONE
    """Of a reply to a comment for the team: the team."""
    mentions: tuple[str, ...] = ()
    """Users who are mentioned and see the asset."""
    created_at: datetime
    edited_at: datetime | None = None
    version: int
    """For `if_version` of an edit."""


class CommentReport(BaseModel):
    """A comment or a marker, with its replies."""

    model_config = ConfigDict(frozen=True)

    id: int
    asset: str
    """SHA-1 of the current version of its asset, or of the latest that is visible."""
    asset_name: str
    anchor: str | None
    """SHA-1 of the version that it was made on; None: that was deleted, or is not visible."""
    kind: CommentKind
    name: str = ""
    color: str = ""
    text: str
    start: TimeReport | None = None
    """Where it is in the version that it was made on; None: it is about the whole asset."""
    end: TimeReport | None = None
    """Of a span; it is not part of it."""
    now: Place | None = None
    """Where it is in `asset`; None: it is about the whole asset."""
    drawing: Drawing | None = None
    author: str
    author_name: str
    is_guest: bool = False
    is_mine: bool = False
    audience: Audience = Audience.EVERYONE
    mentions: tuple[str, ...] = ()
    created_at: datetime
    edited_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    version: int
    """For `if_version` of an edit."""
    replies: tuple[ReplyReport, ...] = ()


class CommentPage(BaseModel):
    """A page of threads."""

    model_config = ConfigDict(frozen=True)

    comments: tuple[CommentReport, ...]
    total: int
    """Threads of the whole list."""
    open: int
    """Those of them that are not resolved."""
    next: str | None = None
    """Where the next page begins; None: this is the last one."""


class MentionReport(BaseModel):
    """A mention of a user."""

    model_config = ConfigDict(frozen=True)

    comment: int
    thread: int
    user: str
    asset: str
    """SHA-1."""
    asset_name: str
    author_name: str
    text: str
    created_at: datetime
    read_at: datetime | None = None


class Mentionable(BaseModel):
    """A user who gets a mention where a comment says `@name`."""

    model_config = ConfigDict(frozen=True)

    name: str


class Counted(BaseModel):
    """How many were changed."""

    model_config = ConfigDict(frozen=True)

    count: int


class CommentExport(BaseModel):
    """Assets whose comments become markers of a timeline."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    assets: tuple[str, ...]
    format: Format
    title: str = Field(default="Comments", max_length=200)
    team: bool = True
    """Whether what is for the team is exported, too."""
    territory: str = ""
    medium: str = ""
    reason: str = ""


class ImportedClip(BaseModel):
    """A clip of a timeline whose markers were not imported, or not all."""

    model_config = ConfigDict(frozen=True)

    clip: str
    markers: int
    reason: str


class Imported(BaseModel):
    """What an import did."""

    model_config = ConfigDict(frozen=True)

    created: int
    replies: int
    """Replies that were made elsewhere."""
    updated: int
    unchanged: int
    skipped: tuple[ImportedClip, ...] = ()
    dry_run: bool = False
