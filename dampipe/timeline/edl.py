"""EDL (CMX 3600): one event per clip, with time codes of the source and of the timeline.

Drop-frame code is written with a semicolon, and an `FCM` line says so before the first event and wherever the mode
changes.

Not written by OpenTimelineIO, whose adapter writes every code at 29.97 and 59.94 frames per second as drop-frame.
"""

import re
from pathlib import Path

from dampipe.media.info import MediaKind
from dampipe.timeline.clip import Clip
from dampipe.timeline.frames import FrameCounter
from dampipe.timeline.marker_text import Placed, one_line, records_text

CONTENT_NOTE = "DAMPIPE SHA1"
"""The note that holds the SHA-1 of a clip's file, by which the timeline is matched again."""
MARKER_NOTE = "DAMPIPE MARKER"
"""The note that holds the record of the locator above it; it continues in notes MARKER_NOTE_MORE."""
MARKER_NOTE_MORE = "DAMPIPE MARKER MORE"
RECORD_LENGTH = 200
"""Characters of one such note."""
REEL_LENGTH = 8
"""Characters of the name of a reel."""
MAX_EVENTS = 999
"""Events that a CMX 3600 list can number."""
_RESERVED = {"AX", "BL"}
"""Names of reels with a meaning: auxiliary source and black."""
_MODES = {True: "FCM: DROP FRAME", False: "FCM: NON-DROP FRAME"}


def render(counter: FrameCounter, title: str) -> str:
    """The text of the file. All codes are counted at the rate of the timeline, the only one that an EDL has."""
    lines = [f"TITLE: {_line(title)}", _MODES[counter.dropped], ""]
    mode, at, reels = counter.dropped, 0, _Reels()
    for number, clip in enumerate(counter.clips, 1):
        span = counter.span(clip, counter.rate)
        first, last, moment = counter.codes(clip, counter.rate)
        if first.dropped != mode:
            mode = first.dropped
            lines.append(_MODES[mode])
        placed = f"{counter.record_code(at)} {counter.record_code(at + span.length)}"
        only_sound = clip.media is not None and clip.media.kind is MediaKind.AUDIO
        lines += [
            f"{number:03d}  {reels.name(clip):8} {'A' if only_sound else 'V':5} C        {first} {last} {placed}",
            f"* FROM CLIP NAME:  {_line(clip.name)}",
            f"* FROM CLIP: {Path(clip.path).as_uri()}",
            f"* {CONTENT_NOTE}: {clip.asset}",
        ]
        if clip.title or clip.note:
            lines.append(f"* COMMENT: {one_line(': '.join(filter(None, (clip.title, clip.note))))}")
        if clip.score is not None:
            lines.append(f"* LOC: {moment} RED     {clip.score:.3f}")
        for placed_marker in counter.markers(clip, counter.rate):
            lines += _locator(placed_marker)
        at += span.length
    return "\n".join([*lines, ""])


def _locator(placed: Placed) -> list[str]:
    """The lines of a marker: a locator as Avid, Resolve and others read it, and the record of the whole marker."""
    shown = placed.shown_line() or "-"
    text = records_text([placed.record(shown)])
    parts = [text[at : at + RECORD_LENGTH] for at in range(0, len(text), RECORD_LENGTH)]
    notes = [MARKER_NOTE, *[MARKER_NOTE_MORE] * (len(parts) - 1)]
    locator = f"* LOC: {placed.code} {placed.color.upper():7} {shown}"
    return [locator, *(f"* {note}: {part}" for note, part in zip(notes, parts, strict=True))]


class _Reels:
    """Names of reels, a different one for each file."""

    def __init__(self) -> None:
        self._by_path = dict[str, str]()
        self._taken = set(_RESERVED)

    def name(self, clip: Clip) -> str:
        """The first letters and digits of the file's name; those that are taken end in a number."""
        if clip.path not in self._by_path:
            stem = re.sub("[^A-Z0-9]", "", Path(clip.name).stem.upper()) or "REEL"
            name, number = stem[:REEL_LENGTH], 1
            while name in self._taken:
                number += 1
                name = f"{stem[: REEL_LENGTH - len(str(number))]}{number}"
            self._taken.add(name)
            self._by_path[clip.path] = name
        return self._by_path[clip.path]


def _line(text: str) -> str:
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
