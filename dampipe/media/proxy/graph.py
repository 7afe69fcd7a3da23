"""The graph of the proxy pass: picture, sound, and the branches that find the shots and the waveform."""

from typing import Any

import ffmpeg as graphs

from dampipe.media.audio import tracks as sound
from dampipe.media.ffmpeg import inputs as opening
from dampipe.media.ffmpeg import picture_filters as picture
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.hwaccel.plans import Plan
from dampipe.media.info import MediaInfo, VideoStream
from dampipe.media.preview import shots
from dampipe.media.recipes import ProxyRecipe


class ProxyGraph:
    """What ffmpeg is to make of one file by one recipe."""

    def __init__(self, ffmpeg: Ffmpeg, recipe: ProxyRecipe, media: MediaInfo) -> None:
        self.ffmpeg = ffmpeg
        self.recipe = recipe
        self.media = media

    @property
    def container(self) -> str:
        """ "mov" or "mp4"."""
        return "mov" if self.recipe.deep and self.media.video is not None else "mp4"

    @property
    def rate(self) -> float | None:
        """Pictures a second of the proxy; None where the file does not tell."""
        rate = self.media.video.rate if self.media.video is not None else None
        if rate is None:
            return None
        return self.recipe.max_rate if self._capped else float(rate)

    @property
    def _capped(self) -> bool:
        rate = self.media.video.rate if self.media.video is not None else None
        return rate is not None and rate > self.recipe.max_rate and not self.recipe.deep

    def outputs(self, plan: Plan, name: str) -> list[Any]:
        """The proxy under `name`, the null output that scores shots, and samples for the waveform to pipe:1."""
        media = self.media
        footage = opening.footage(media, **plan.input)
        streams: list[Any] = []
        others: list[Any] = []
        options: dict[str, Any] = {
            "f": self.container,
            "movflags": "+faststart",
            # The proxy is handed to people: of the tags only the time of recording goes with it, no places.
            "map_metadata": -1,
            "map_chapters": -1,
            "sn": None,
            "dn": None,
        }
        if media.created_at is not None:
            options["metadata"] = f"creation_time={media.created_at.isoformat()}"
        if media.video is not None:
            size = picture.fitted(media.video, self.recipe.height)
            shown, watched = self._picture(footage, media.video, size, plan)
            streams.append(shown)
            others.append(watched)
            options |= plan.encode(self.recipe) | self._picture_options(media.video)
        if media.audio:
            all_tracks = options["f"] == "mov"
            heard, sampled = sound.heard(footage, media, joined=not all_tracks)
            streams.append(heard)
            others.append(sampled)
            if all_tracks:
                streams += [footage[str(track.index)] for track in media.audio[1:]]
                options["c:a"] = "pcm_s16le"
            else:
                options |= {"c:a": "aac", "b:a": f"{self.recipe.audio_bitrate}k", "ac": 2, "ar": 48000}
        return [graphs.output(*streams, name, **options), *others]

    def _picture(
        self, footage: Any, video: VideoStream, size: tuple[int, int], plan: Plan
    ) -> tuple[Any, Any]:
        """The picture as the encoder takes it, and the output that finds the shots."""
        stream = footage[str(video.index)]
        if self._capped:
            stream = stream.filter("fps", self.recipe.max_rate)
        if plan.direct:
            branches = picture.tagged(plan.scaled(stream, size), video).filter_multi_output("split", 2)
            small = shots.small(size)
            return branches[0], shots.scored(plan.downloaded(plan.scaled(branches[1], small)), small)
        if plan.decoder is not None:
            stream = plan.brought_down(stream, video, size)
        stream = picture.upright(stream, video, size, self.ffmpeg, moving=True, deep=self.recipe.deep)
        branches = stream.filter_multi_output("split", 2)
        return plan.uploaded(branches[0]), shots.scored(branches[1], size)

    def _picture_options(self, video: VideoStream) -> dict[str, Any]:
        options: dict[str, Any] = {"color_range": "tv"}
        if self.recipe.deep:
            options["fps_mode"] = "passthrough"
            exact = picture.broadcast_rate(video.rate)
            if exact is not None:
                options["enc_time_base:v"] = f"{exact.denominator}/{exact.numerator}"
        else:
            options["fps_mode"] = "vfr"
            options["force_key_frames"] = f"expr:gte(t,n_forced*{self.recipe.keyframe_seconds:g})"
        if video.hdr and not self.recipe.deep:
            options |= {"colorspace": "bt709", "color_trc": "bt709", "color_primaries": "bt709"}
        if self.media.timecode is not None and not self._capped:
            options["timecode"] = self.media.timecode
        return options
