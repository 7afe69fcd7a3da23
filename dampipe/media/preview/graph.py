"""The filter graph of the preview pass: which packets are decoded, and poster, sprite and frames of them at once."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.inputs import footage_input, timeline_outputs
from dampipe.media.ffmpeg.picture_filters import fitted_size, normalized
from dampipe.media.hwaccel.plans import Plan
from dampipe.media.info import MediaInfo, MediaKind, VideoStream
from dampipe.media.preview.sampling import EPSILON, Sampling, Way, interval_for
from dampipe.media.preview.webvtt import SPRITE_NAME, Sprite, sprite_for
from dampipe.media.recipes import PreviewRecipe

POSTER_NAME = "poster.jpg"
TIMES_NAME = "times.txt"
"""Presentation times of the frames: a line "number seconds" for each."""
CLOCK = "1/90000"
"""The unit, in seconds, of these times in ffmpeg."""
SPARSE: tuple[Way, ...] = ("keys", "packets")
"""Only single frames far apart are decoded."""
_SKIP_FRAME: dict[Way, str] = {"keys": "nokey", "references": "noref"}
_SCORED_FORMATS = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv420p10le"})
"""Pixel formats that ffmpeg scores directly; others it would convert first, every frame at full size."""
_MUCH_SMALLER = 2
"""A key frame scaled down by this factor or more does not show the edges that the loop filter smooths."""
_SELF_CONTAINED = ("mov,mp4", "matroska")
"""Containers whose header contains everything that a decoder of key frames needs."""
_CUT_SCORE = 0.1
"""ffmpeg's scene score from which a frame is selected before its regular time, since a shot starts there."""
_MIN_GAP = 0.25
"""Minimum seconds between two selected frames at a cut; for long files half their interval."""
_EARLY_BY = 1.5
"""Frames by which a key frame is early if the encoder inserted it at the start of a shot."""
_LARGE = 0.6
"""Of a key frame's size: a packet between key frames is that large only if prediction failed."""
_LARGER = 1.4
_OTHER_SIZE = 1.25
_FEW_KEYS = 10
"""Up to this many key frames are all decoded, whatever the sizes of packets suggest."""
_OF_JPEG = {"out_color_matrix": "bt601", "out_range": "pc"}
"""JPEG files (JFIF) are read as full-range BT.601, whatever the footage is."""
_POSTER_CANDIDATES = 20
"""The poster is the most typical of this many frames."""


@dataclass(frozen=True)
class PreviewGraph:
    """The filter graph for one file that has a picture, by one recipe."""

    ffmpeg: Ffmpeg
    recipe: PreviewRecipe
    media: MediaInfo
    detect_cuts: bool = True
    """Whether frames at cuts are selected as well, if the pixel format allows it."""

    @property
    def video(self) -> VideoStream:
        """The picture."""
        assert self.media.video is not None
        return self.media.video

    @cached_property
    def sprite(self) -> Sprite | None:
        """The layout of the sprite; None for stills and if the duration is unknown."""
        if self.media.kind is MediaKind.STILL or not self.media.duration:
            return None
        return sprite_for(self.recipe.sprite, self.video, self.media.duration)

    @property
    def frame_interval(self) -> float:
        """Maximum seconds between two frames of the frames file."""
        frames = self.recipe.frames
        return interval_for(frames.interval, frames.limit, self.media.duration)

    @property
    def decode_interval(self) -> float:
        """Maximum seconds between two decoded frames."""
        return min(self.frame_interval, self.sprite.interval) if self.sprite else self.frame_interval

    @property
    def max_frames(self) -> int:
        """Maximum number of RGB frames written: a wrong duration in the header must not fill the memory."""
        return 2 * self.recipe.frames.limit + 10

    @property
    def detects_cuts(self) -> bool:
        """Whether frames in memory are scored to detect cuts."""
        return (
            self.detect_cuts
            and self.video.pixel_format in _SCORED_FORMATS
            and self.media.kind is MediaKind.VIDEO
        )

    def scores_cuts(self, plan: Plan) -> bool:
        """Whether cuts are detected with this plan; frames in the memory of a GPU cannot be scored."""
        return self.detects_cuts and plan.decoder is None

    def global_options(self, sampling: Sampling, plan: Plan) -> list[str]:
        """Global options of ffmpeg."""
        # One thread decodes; one more filters.
        threads = ("-filter_complex_threads", "1") if sampling.way in SPARSE else ()
        return [*plan.device_options, *threads]

    def outputs(self, sampling: Sampling, plan: Plan, frames_to: str) -> list[Any]:
        """Frames selected by time, scaled once, then one branch per derivative; RGB frames go to `frames_to`."""
        poster, sprite = self.recipe.poster, self.sprite
        footage = footage_input(self.media, **self._input_options(sampling, plan))
        stream = footage[str(self.video.index)]
        if sampling.step:
            stream = stream.filter("select", self._select_expression(sampling, plan))
        if self._is_hdr_still:
            stream = stream.filter("setparams", **self._still_tags())
        size = fitted_size(self.video, poster.height)
        if plan.decoder is not None:
            stream = plan.scale_and_download(stream, self.video, size)
        stream = normalized(stream, self.video, size, self.ffmpeg, moving=False)
        branches = stream.filter_multi_output("split", 3 if sprite else 2)
        typical = branches[0].filter("thumbnail", n=_POSTER_CANDIDATES).filter("scale", **_OF_JPEG)
        outputs = [
            typical.output(POSTER_NAME, **{"frames:v": 1, "update": 1, "q:v": poster.quality, "f": "image2"}),
            self._embedder_frames(branches[1], plan).output(
                frames_to,
                **{
                    "f": "rawvideo",
                    "pix_fmt": "rgb24",
                    "fps_mode": "passthrough",
                    "frames:v": self.max_frames,
                    # Otherwise times would be rounded to multiples of the average frame.
                    "enc_time_base:v": CLOCK,
                    "stats_enc_pre:v": TIMES_NAME,
                    "stats_enc_pre_fmt:v": "{n} {t}",
                },
            ),
        ]
        if sprite is not None:
            # Rounding down, tile n shows a frame of its own span. At the end of a clip shorter than a
            # span, `pass` still outputs its frame.
            strip = branches[2].filter(
                "fps", fps=f"1/{sprite.interval:.6f}", start_time=0, round="down", eof_action="pass"
            )
            strip = strip.filter("trim", end_frame=sprite.count)
            strip = strip.filter("scale", *sprite.tile, flags="bicubic", **_OF_JPEG)
            strip = strip.filter("tile", f"{sprite.columns}x{sprite.rows}")
            outputs.append(
                strip.output(
                    SPRITE_NAME,
                    **{"frames:v": 1, "update": 1, "q:v": self.recipe.sprite.quality, "f": "image2"},
                )
            )
        return [*outputs, *timeline_outputs(footage, self.media, {self.video.index})]

    @property
    def _is_hdr_still(self) -> bool:
        return self.media.kind is MediaKind.STILL and self.video.hdr

    def _still_tags(self) -> dict[str, str]:
        """The colours of a still, which its plain pixels do not carry."""
        video = self.video
        tags = {"color_trc": video.color_transfer, "color_primaries": video.color_primaries}
        return {name: tag for name, tag in tags.items() if tag} | {"colorspace": "gbr", "range": "pc"}

    @property
    def _shrinks_a_lot(self) -> bool:
        size = fitted_size(self.video, self.recipe.poster.height)
        return min(self.video.display_size) >= _MUCH_SMALLER * min(size)

    @property
    def _has_few_keys(self) -> bool:
        return (self.video.keyframe_interval or 0.0) * _FEW_KEYS >= (self.media.duration or 0.0)

    def _input_options(self, sampling: Sampling, plan: Plan) -> dict[str, Any]:
        """The options before -i."""
        options: dict[str, Any] = dict(plan.input_options)
        if sampling.way in _SKIP_FRAME:
            options["skip_frame"] = _SKIP_FRAME[sampling.way]
        if sampling.way == "keys" and self._shrinks_a_lot:
            options["skip_loop_filter"] = "all"  # no frame is predicted from another, so no error accumulates
        if sampling.way in SPARSE:
            options["bsf:v"] = f"noise=amount=0:drop='{self._drop_expression(sampling, plan)}'"
            # Each thread allocates buffers for an occasional frame, and there is a worker per core already.
            options["threads"] = 1
            if self.media.container.startswith(_SELF_CONTAINED):
                # ffmpeg's own probe decodes up to seven frames, as many as the preview of a short clip.
                options["nofind_stream_info"] = None
                if self.media.start or self.media.early:
                    # Without that probe ffmpeg does not know the start either, from which times count.
                    options["itsoffset"] = f"{-self.media.start:.6f}"
        return options

    def _select_expression(self, sampling: Sampling, plan: Plan) -> str:
        """True for frames to select: the first one, then by time, and where shots start."""
        since_last = "t-prev_selected_t"
        by_time = f"isnan(prev_selected_t)+gte({since_last},{sampling.step:.4f})"
        if not self.scores_cuts(plan):
            return by_time
        regular = self.frame_interval <= self.recipe.frames.interval
        gap = _MIN_GAP if regular else self.frame_interval / 2
        cut = f"gt(scene,{_CUT_SCORE})*gte({since_last},{gap:.4f})"
        if sampling.way != "keys" or self._has_few_keys:
            return f"{by_time}+{cut}"
        # Same schedule as that by which packets were dropped: a cut in between must not shift it, since the frames
        # at shifted times were not decoded. Some files flag frames as key frames that are not.
        predicted = "eq(pict_type,P)+eq(pict_type,B)"
        return f"if({predicted},0,if({_due('t', sampling.step)},st(0,t)*0+st(1,1),{cut}))"

    def _drop_expression(self, sampling: Sampling, plan: Plan) -> str:
        """True for packets that are dropped before the decoder."""
        if sampling.way == "packets":
            return f"mod(n,{sampling.every})"
        time = "pts*tb"
        kept = f"st(0,{time})*0+st(1,1)*0"
        if not self.scores_cuts(plan):
            return f"if(key*({_due(time, sampling.step)}),{kept},1)"
        if self._has_few_keys:
            return "not(key)"
        # A shot may have started since the last key frame (its time is in register 2, its size in 5) if this one is
        # early or differs in size, or if the largest packet in between (in 3) was nearly as large as a key frame or
        # far larger than the largest one between the two key frames before (in 4).
        interval = self.video.keyframe_interval or 0.0
        frame = 1 / float(self.video.rate) if self.video.rate else 0.0
        early = f"lt({time}-ld(2),{interval - _EARLY_BY * frame:.4f})"
        other_size = f"gte(max(size,ld(5)),{_OTHER_SIZE}*min(size,ld(5)))"
        large = f"gte(ld(3),{_LARGE}*size)+gte(ld(3),{_LARGER}*ld(4))"
        update = f"st(2,{time})*0+st(5,size)*0+st(4,ld(3))*0+st(3,0)"
        key = f"if({_due(time, sampling.step)},{kept},not({early}+{other_size}+{large}))+{update}"
        return f"if(key,{key},gte(st(3,max(ld(3),size)),0))"

    def _embedder_frames(self, stream: Any, plan: Plan) -> Any:
        frames = self.recipe.frames
        if self.frame_interval > self.decode_interval:
            sparser = Sampling("full", step=self.frame_interval - self.decode_interval + EPSILON)
            stream = stream.filter("select", self._select_expression(sparser, plan))
        options: dict[str, Any] = {"flags": frames.interpolation}
        if frames.fit == "squash":
            stream = stream.filter("scale", frames.size, frames.size, **options)
        else:
            options["force_original_aspect_ratio"] = "increase"
            stream = stream.filter("scale", frames.size, frames.size, **options)
            stream = stream.filter("crop", frames.size, frames.size)
        return stream.filter("format", "rgb24")


def _due(time: str, step: float) -> str:
    """True for the first frame, and `step` seconds after the last one (its time is in register 0, its presence in 1)."""
    return f"not(ld(1))+gte({time}-ld(0),{step:.4f})"
