"""Copies a part of a file without decoding it: packets as they are, in the container of the file.

Footage of which every frame is a key frame is cut to the frame. Of other footage an excerpt begins with the last key
frame that is not behind the wanted frame, since the frames between need it; it ends with the last frame that is wanted,
and has those that are decoded before it.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path, PurePath

from dampipe.kernel.errors import BadMedia
from dampipe.kernel.stage_io import FileParts
from dampipe.media.errors import NOT_CUT
from dampipe.media.excerpt.container import MOV, muxer_of
from dampipe.media.excerpt.packets import MUXER, CopiedPacket, parse_packets
from dampipe.media.excerpt.parts import PacketParts
from dampipe.media.excerpt.span import Excerpt, WantedSpan
from dampipe.media.ffmpeg.allowlist import MAX_PIXELS, PROTOCOLS, file_url, formats_of_container
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.progress import Progress
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg

_EARLIER = (0, 2, 10, 60)
"""Seconds before the wanted frame at which a key frame is looked for, one after the other, where an index is rough."""
_OF_PARTS = ("-probesize", "32", "-analyzeduration", "0")
"""What the probe has found is known: no packets are read to find it again."""
_LIMITS = Limits(seconds=6 * 3600.0, stall=300.0, file_size=1 << 42)
OnProgress = Callable[[float, float], None]
"""Called with the seconds that were copied, and all of them."""


@dataclass(frozen=True)
class _Cut:
    """How ffmpeg is to be called."""

    url: str
    first: CopiedPacket
    """The packet with which the excerpt begins, at its time in the file."""
    seek: Fraction
    """The time in the file that is given to ffmpeg, so that it begins with that packet."""
    options: tuple[str, ...]


class Cutter:
    """Makes excerpts."""

    def __init__(self, ffmpeg: Ffmpeg) -> None:
        self._ffmpeg = ffmpeg

    @property
    def has_sandbox(self) -> bool:
        """Whether files may be read in parts: their index is read in the sandbox only."""
        return self._ffmpeg.sandbox.active

    def cut(
        self, path: str, wanted: WantedSpan, folder: Path, on_progress: OnProgress = lambda *_: None
    ) -> Excerpt:
        """Copy a part of a file of this machine into a folder.

        Raises InvalidInput for a container that cannot be written, and what the failure of ffmpeg means.
        """
        muxer = muxer_of(wanted.media, wanted.name)
        for earlier in _EARLIER:
            cut = self._find(path, wanted, muxer, folder, (), earlier)
            if cut is not None:
                return self._copy(cut, wanted, muxer, folder, on_progress)
        raise BadMedia(NOT_CUT, name=wanted.name)

    def cut_parts(
        self, parts: FileParts, wanted: WantedSpan, folder: Path, on_progress: OnProgress = lambda *_: None
    ) -> Excerpt | None:
        """The same of a remote file, of which the index and the packets of that part are fetched and nothing else.

        None where its container has no index that states where every packet is: then the whole file is needed.
        Raises as `cut` and `FileParts`.
        """
        muxer = muxer_of(wanted.media, wanted.name)
        if muxer not in MOV or not self.has_sandbox:
            return None
        packets = PacketParts.read(self._ffmpeg.sandbox, parts, wanted)
        if packets is None:
            return None
        packets.fetch_keys()
        cut = self._find(parts.path, wanted, muxer, folder, _OF_PARTS)
        if cut is None or not packets.fetch(cut.first):
            return None
        made = self._copy(cut, wanted, muxer, folder, on_progress)
        sizes = [packet.size for packet in self._packets(made.path, folder) if packet.stream == 0]
        return made if packets.are_copied(sizes) else None

    def _find(
        self,
        path: str,
        wanted: WantedSpan,
        muxer: str,
        folder: Path,
        options: tuple[str, ...],
        earlier: int = 0,
    ) -> _Cut | None:
        """Where ffmpeg begins to copy for a wanted start; None: behind it. earlier: by how many seconds it seeks."""
        due = wanted.origin + wanted.start
        seek = max(wanted.origin, due - earlier) + wanted.slack
        found = self._first(path, wanted, seek, folder, options)
        if found is None or found.time is None or found.time > due + wanted.slack:
            return None
        # With the time of that packet itself no edit list hides what is before the wanted frame.
        if muxer in MOV and self._first(path, wanted, found.time, folder, options) == found:
            seek = found.time
        return _Cut(path, found, seek, options)

    def _first(
        self, path: str, wanted: WantedSpan, seek: Fraction, folder: Path, options: tuple[str, ...]
    ) -> CopiedPacket | None:
        arguments = (
            *_input(path, wanted, seek, ("-copyts", *options)),
            *("-map", f"0:{wanted.streams[0]}", "-c", "copy", "-frames", "1", "-f", MUXER, "pipe:1"),
        )
        return next(iter(self._listed(arguments, folder)), None)

    def _copy(
        self, cut: _Cut, wanted: WantedSpan, muxer: str, folder: Path, on_progress: OnProgress
    ) -> Excerpt:
        assert cut.first.time is not None
        start = max(Fraction(0), cut.first.time - wanted.origin)
        length = wanted.origin + wanted.end + wanted.reordering - cut.seek - wanted.slack
        name = f"excerpt{PurePath(wanted.name).suffix.lower()}"
        code = _timecode(wanted, start)
        arguments = [
            *_input(cut.url, wanted, cut.seek, cut.options),
            *(word for index in wanted.streams for word in ("-map", f"0:{index}")),
            *("-c", "copy", "-t", f"{float(max(length, wanted.slack)):.6f}"),
            *_labels(wanted, muxer, start, code),
            *("-f", muxer, name),
        ]
        whole = float(wanted.end - start)

        def report(progress: Progress) -> None:
            on_progress(min(progress.seconds, whole), whole)

        result = run_ffmpeg(self._ffmpeg, arguments, _LIMITS, folder=folder, on_progress=report)
        if not result.ok:
            raise result.error
        made = folder / name
        copied = self._packets(made, folder)
        if not copied:
            raise BadMedia(NOT_CUT, name=wanted.name)
        return Excerpt(
            path=made,
            size=made.stat().st_size,
            start=start,
            frames=None if wanted.media.video is None else sum(packet.stream == 0 for packet in copied),
            timecode=code,
            left_out=_left_out(wanted, muxer),
        )

    def _packets(self, path: Path, folder: Path) -> list[CopiedPacket]:
        """The packets of the first track of a file that was written."""
        arguments = (
            *("-protocol_whitelist", PROTOCOLS, "-i", file_url(str(path))),
            *("-map", "0:0", "-c", "copy", "-f", MUXER, "pipe:1"),
        )
        return self._listed(arguments, folder)

    def _listed(self, arguments: Sequence[str], folder: Path) -> list[CopiedPacket]:
        lines = bytearray()
        result = run_ffmpeg(self._ffmpeg, arguments, _LIMITS, folder=folder, on_output=lines.extend)
        if not result.ok:
            raise result.error
        return parse_packets(lines.decode("ascii", "replace"))


def _input(path: str, wanted: WantedSpan, seek: Fraction, options: Sequence[str]) -> tuple[str, ...]:
    return (
        *(
            "-protocol_whitelist",
            PROTOCOLS,
            "-format_whitelist",
            formats_of_container(wanted.media.container),
        ),
        *("-max_pixels", str(MAX_PIXELS), *options),
        # Rounded up: a time just before a frame would be that of the frame before.
        *("-seek_timestamp", "1", "-ss", f"{math.ceil(seek * 1_000_000) / 1_000_000:.6f}"),
        *("-i", file_url(path)),
    )


def _timecode(wanted: WantedSpan, start: Fraction) -> str | None:
    if wanted.clock is None or wanted.clock.rate is None:
        return None
    frame = wanted.clock.times.nearest(start)
    return str(wanted.clock.timecode(wanted.clock.time(frame)))


def _left_out(wanted: WantedSpan, muxer: str) -> dict[str, int]:
    """Tracks of data, without that of the time code, which is written anew."""
    has_timecode = muxer in MOV and wanted.media.timecode is not None
    count = wanted.media.data_streams - has_timecode
    return {"data": count} if count > 0 else {}


def _labels(wanted: WantedSpan, muxer: str, start: Fraction, code: str | None) -> list[str]:
    """What says where the excerpt is in the recording."""
    media, labels = wanted.media, list[str]()
    if code is not None:
        labels += ["-timecode", code, "-metadata:s:v:0", f"timecode={code}"]
    if code is not None and media.reel:
        labels += ["-metadata:s:v:0", f"reel_name={media.reel}"]
    if media.start_of_day is not None and muxer in ("wav", "w64") and media.audio:
        samples = round((Fraction(media.start_of_day) + start) * media.audio[0].sample_rate)
        labels += ["-metadata", f"time_reference={samples}"]
        labels += ["-write_bext", "1"] if muxer == "wav" else []
    return labels
