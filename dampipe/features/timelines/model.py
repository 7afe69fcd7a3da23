"""The clips of a timeline, and the assets that they are of."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

MOST_CANDIDATES = 10
"""Assets that are listed for an ambiguous clip."""


class MatchState(StrEnum):
    """What was found for a clip."""

    MATCHED = "matched"
    """One asset."""
    AMBIGUOUS = "ambiguous"
    """Several assets, between which nothing decides."""
    UNMATCHED = "unmatched"
    """No asset."""


class How(StrEnum):
    """What an asset was found by, the surest first."""

    CONTENT = "content"
    """The SHA-1 that dampipe wrote into the timeline."""
    PATH = "path"
    """The path of a file in the library."""
    PATH_END = "path_end"
    """The name of the file and of the folder that it lies in: the path is that of another machine."""
    REEL = "reel"
    """The reel, which a file or a folder is named for, and the time code, which lies in the file."""
    NAME_AND_CODE = "name_and_timecode"
    """The name of the file, and the time code, which lies in the file."""
    NAME = "name"
    """The name of the file alone."""
    STEM = "stem"
    """The name of the file with another suffix: a proxy of it, say."""
    NAME_ALONE = "name_against_timecode"
    """The name of the file, although the time code does not lie in the file."""


class Sureness(StrEnum):
    """How sure a match is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


SURENESS = {
    How.CONTENT: Sureness.CERTAIN,
    How.PATH: Sureness.CERTAIN,
    How.PATH_END: Sureness.LIKELY,
    How.REEL: Sureness.LIKELY,
    How.NAME_AND_CODE: Sureness.LIKELY,
    How.NAME: Sureness.POSSIBLE,
    How.STEM: Sureness.POSSIBLE,
    How.NAME_ALONE: Sureness.POSSIBLE,
}
WHY = {
    How.CONTENT: "the timeline holds the SHA-1 of its content",
    How.PATH: "a file of the library has its path",
    How.PATH_END: "a file of that name lies in a folder of that name",
    How.REEL: "the reel names it, and the time code lies in it",
    How.NAME_AND_CODE: "a file has that name, and the time code lies in it",
    How.NAME: "a file has that name; there is no time code to compare",
    How.STEM: "a file has that name with another suffix",
    How.NAME_ALONE: "a file has that name, but the time code does not lie in it",
}
"""One clause for each way in which an asset is found."""


class MatchedAsset(BaseModel):
    """An asset that a clip may be of."""

    model_config = ConfigDict(frozen=True)

    asset: str
    """SHA-1 of the version."""
    path: str
    """Of a file of it, printable."""


class ClipMatch(BaseModel):
    """A clip of a timeline, and what was found for it."""

    model_config = ConfigDict(frozen=True)

    number: int
    """From 1, in the order of the timeline."""
    name: str
    """As the timeline calls it; else its file or its reel."""
    path: str = ""
    """Where the timeline says its file is, printable."""
    reel: str = ""
    timecode_in: str = ""
    timecode_out: str = ""
    uses: int = 1
    """How often the timeline has this span; picture and sound are two uses."""
    state: MatchState
    how: How | None = None
    sure: Sureness | None = None
    why: str = ""
    """One clause."""
    assets: tuple[MatchedAsset, ...] = ()
    """The asset; of an ambiguous clip those that it may be of, MOST_CANDIDATES at most."""
    candidates: int = 0
    """How many assets it may be of."""


class TimelineMatch(BaseModel):
    """The clips of a timeline with the assets that they are of."""

    model_config = ConfigDict(frozen=True)

    clips: tuple[ClipMatch, ...]
    matched: int
    ambiguous: int
    unmatched: int
    assets: int
    """How many assets the matched clips are of."""
