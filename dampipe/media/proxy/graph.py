"""The filter graph of the proxy pass: picture, sound, and the branches for shots, signatures and the waveform."""

from dataclasses import dataclass
from typing import Any

import ffmpeg as graphs

from dampipe.media.audio.mixing import track_of
from dampipe.media.audio.track_choice import used_tracks
from dampipe.media.audio.tracks import split_sound
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.inputs import footage_input, timeline_outputs
from dampipe.media.ffmpeg.picture_filters import fitted_size, normalized, tag_bt709
from dampipe.media.hwaccel.plans import Plan
from dampipe.media.info import MediaInfo, VideoStream
from dampipe.media.preview.shots import score_output, scored_size, small_picture
from dampipe.media.proxy.frame_times import at_most, clock_options, ticks_per_second, with_source_times
from dampipe.media.recipes import ProxyRecipe
from dampipe.media.signatures.graph import pictures_output
from dampipe.media.timecode import BASES, Timecode, base_of, fitted


@dataclass(frozen=True)
class ProxyGraph:
    """The filter graph for one file, by one recipe."""

    ffmpeg: Ffmpeg
    recipe: ProxyRecipe
    media: MediaInfo

    @property
    def container(self) -> str:
        """ "mov" or "mp4"."""
        return "mov" if self.recipe.for_editing and self.media.video is not None else "mp4"

    @property
    def rate(self) -> float | None:
        """Frames per second of the proxy; None if unknown."""
        rate = self.media.video.rate if self.media.video is not None else None
        if rate is None:
            return None
        return self.recipe.max_rate if self._limits_rate else float(rate)

    @property
    def average_rate(self) -> float | None:
        """Frames by seconds of the proxy, to count them; None if unknown."""
        video = self.media.video
        average = (video.average_rate or video.rate) if video is not None else None
        if average is None or self.rate is None:
            return self.rate
        return min(float(average), self.rate) if self._limits_rate else float(average)

    @property
    def _limits_rate(self) -> bool:
        rate = self.media.video.rate if self.media.video is not None else None
        return rate is not None and rate > self.recipe.max_rate and not self.recipe.for_editing

    def outputs(self, plan: Plan, name: str) -> list[Any]:
        """The proxy `name`, the null output that scores shots, pictures for signatures, and samples for the waveform
        on pipe:1.
        """
        media = self.media
        footage = footage_input(media, **plan.input_options)
        streams: list[Any] = []
        others: list[Any] = []
        options: dict[str, Any] = {
            "f": self.container,
            "movflags": "+faststart",
            # Proxies are shared with others, so of the metadata they keep only the recording time, not the location.
            "map_metadata": -1,
            "map_chapters": -1,
            "sn": None,
            "dn": None,
        }
        if media.created_at is not None:
            # creation_time is in UTC, and ffmpeg would convert a time without a zone by that of this machine.
            tag = "creation_time" if media.created_at.tzinfo is not None else "date"
            options["metadata"] = f"{tag}={media.created_at.isoformat()}"
        if media.video is not None:
            size = fitted_size(media.video, self.recipe.height)
            picture, small = self._picture(footage, media.video, size, plan)
            streams.append(picture)
            branches = small.filter_multi_output("split", 2)
            others.append(score_output(branches[0]))
            others.append(pictures_output(branches[1], f"1/{ticks_per_second(media.video)}"))
            options |= plan.encode_options(self.recipe) | self._picture_options(media.video)
        if media.audio:
            keep_tracks = options["f"] == "mov"
            sound, samples = split_sound(footage, media, join_mono=not keep_tracks)
            streams.append(sound)
            others.append(samples)
            if keep_tracks:
                streams += [track_of(footage, track) for track in media.audio[1:]]
                options["c:a"] = "pcm_s16le"
            else:
                options |= {"c:a": "aac", "b:a": f"{self.recipe.audio_bitrate}k", "ac": 2, "ar": 48000}
        used = {media.video.index} if media.video is not None else set()
        used |= {track.index for track in (media.audio if options["f"] == "mov" else used_tracks(media))}
        return [
            graphs.output(*streams, name, **options),
            *others,
            *timeline_outputs(footage, media, used),
        ]

    def _picture(
        self, footage: Any, video: VideoStream, size: tuple[int, int], plan: Plan
    ) -> tuple[Any, Any]:
        """The input of the encoder, and a small picture by which shots are detected and frames are signed."""
        stream = footage[str(video.index)]
        if self._limits_rate:
            stream = at_most(stream, self.recipe.max_rate)
        stream = with_source_times(stream, video)
        if plan.zero_copy:
            branches = tag_bt709(plan.scale(stream, size), video).filter_multi_output("split", 2)
            return branches[0], plan.download(plan.scale(branches[1], scored_size(size)))
        if plan.decoder is not None:
            stream = plan.scale_and_download(stream, video, size)
        stream = normalized(stream, video, size, self.ffmpeg, moving=True, keep_depth=self.recipe.for_editing)
        branches = stream.filter_multi_output("split", 2)
        return plan.upload(branches[0]), small_picture(branches[1], size)

    def _picture_options(self, video: VideoStream) -> dict[str, Any]:
        options: dict[str, Any] = {
            "color_range": "tv",
            **clock_options(video, self.recipe.max_rate if self._limits_rate else None),
        }
        options["fps_mode"] = (
            "passthrough"  # "vfr" would shorten the last frame, and drop some after short gaps
        )
        if not self.recipe.for_editing:
            options["force_key_frames"] = f"expr:gte(t,n_forced*{self.recipe.keyframe_seconds:g})"
        if video.hdr and not self.recipe.for_editing:
            options |= {"colorspace": "bt709", "color_trc": "bt709", "color_primaries": "bt709"}
        if not self._limits_rate and (code := self._timecode(video)) is not None:
            options["timecode"] = code
        return options

    def _timecode(self, video: VideoStream) -> str | None:
        """The start time code as exports count it; None without a valid one."""
        try:
            code = Timecode.parse(self.media.timecode or "")
        except ValueError:
            return None
        countable = video.rate is not None and base_of(video.rate) in BASES
        return str(fitted(code, self.media.timecode_base, video.rate) if countable and video.rate else code)
