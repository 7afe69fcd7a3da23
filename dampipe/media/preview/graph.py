"""The graph of the preview pass: which packets are decoded, and poster, sprite and frames made of them at once."""

from typing import Any

from dampipe.media.ffmpeg import inputs as opening
from dampipe.media.ffmpeg import picture_filters as picture
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.hwaccel.plans import Plan
from dampipe.media.info import MediaInfo, VideoStream
from dampipe.media.preview.sampling import EPSILON, Sampling, Way
from dampipe.media.preview.webvtt import SPRITE_NAME, Sprite
from dampipe.media.recipes import PreviewRecipe

POSTER_NAME = "poster.jpg"
TIMES_NAME = "times.txt"
"""When the frames are shown: a line "number seconds" each."""
_SKIPPED: dict[Way, str] = {"keys": "nokey", "references": "noref"}
SPARSE: tuple[Way, ...] = ("keys", "packets")
"""Frames come one by one, far apart."""
_MUCH_SMALLER = 2
"""A key frame whose sides are divided by this or more shows nothing of the edges that the loop filter smooths."""
_SELF_CONTAINED = ("mov,mp4", "matroska")
"""Containers whose header holds all that a decoder of key frames needs."""
_CUT = 0.1
"""ffmpeg's scene score from which a frame is taken although its turn has not come: a shot begins there."""
_SOONEST = 0.25
"""Seconds after the frame taken before it, at the least; for long files half their interval."""
_EARLY_BY = 1.5
"""Frames by which a key frame comes before its time when the encoder put it where a shot begins."""
_LARGE = 0.6
"""Of a key frame's size: a packet between key frames is as large only where next to nothing could be predicted."""
_LARGER = 1.4
_OTHER = 1.25
_FEW = 10
"""So many key frames are all decoded, whatever their packets tell."""
_POSTER_OF = 20
"""The poster is the most typical of so many frames."""


class PreviewGraph:
    """What ffmpeg is to make of one file by one recipe."""

    def __init__(
        self,
        ffmpeg: Ffmpeg,
        recipe: PreviewRecipe,
        media: MediaInfo,
        video: VideoStream,
        sprite: Sprite | None,
        between_frames: float,
        most: int,
        cuts: bool,
    ) -> None:
        """between_frames: seconds. most: frames that come out, at most. cuts: look where shots begin."""
        self.ffmpeg = ffmpeg
        self.recipe = recipe
        self.media = media
        self.video = video
        self.sprite = sprite
        self.between_frames = between_frames
        self.most = most
        self.cuts = cuts
        self.interval = min(between_frames, sprite.interval) if sprite else between_frames

    def sees_cuts(self, plan: Plan) -> bool:
        """Frames in the memory of a GPU cannot be scored."""
        return self.cuts and plan.decoder is None

    def opening(self, sampling: Sampling, plan: Plan) -> list[str]:
        """Global options of ffmpeg."""
        # While the one thread decodes, one more scales what it gave.
        return [*plan.opening, *(("-filter_complex_threads", "1") if sampling.way in SPARSE else ())]

    @property
    def _shrinks_a_lot(self) -> bool:
        size = picture.fitted(self.video, self.recipe.poster.height)
        return min(self.video.display_size) >= _MUCH_SMALLER * min(size)

    @property
    def _few_keys(self) -> bool:
        return (self.video.keyframe_interval or 0.0) * _FEW >= (self.media.duration or 0.0)

    def outputs(self, sampling: Sampling, plan: Plan, frames_to: str) -> list[Any]:
        """Frames selected by time, scaled once, then one branch for each derivative; RGB frames to `frames_to`."""
        poster, sprite = self.recipe.poster, self.sprite
        stream = opening.footage(self.media, **self._input(sampling, plan))[str(self.video.index)]
        if sampling.step:
            stream = stream.filter("select", self._selected(sampling, plan))
        size = picture.fitted(self.video, poster.height)
        if plan.decoder is not None:
            stream = plan.brought_down(stream, self.video, size)
        stream = picture.upright(stream, self.video, size, self.ffmpeg, moving=False)
        branches = stream.filter_multi_output("split", 3 if sprite else 2)
        typical = branches[0].filter("thumbnail", n=_POSTER_OF)
        outputs = [
            typical.output(POSTER_NAME, **{"frames:v": 1, "update": 1, "q:v": poster.quality, "f": "image2"}),
            self._for_the_model(branches[1], plan).output(
                frames_to,
                **{
                    "f": "rawvideo",
                    "pix_fmt": "rgb24",
                    "fps_mode": "passthrough",
                    "frames:v": self.most,
                    "stats_enc_pre:v": TIMES_NAME,
                    "stats_enc_pre_fmt:v": "{n} {t}",
                },
            ),
        ]
        if sprite is not None:
            # Rounding down, tile n shows a frame of its own span. At the end of a clip shorter than a
            # span `pass` still gives its frame.
            strip = branches[2].filter(
                "fps", fps=f"1/{sprite.interval:.6f}", start_time=0, round="down", eof_action="pass"
            )
            strip = strip.filter("trim", end_frame=sprite.count)
            strip = strip.filter("scale", *sprite.tile, flags="bicubic")
            strip = strip.filter("tile", f"{sprite.columns}x{sprite.rows}")
            outputs.append(
                strip.output(
                    SPRITE_NAME,
                    **{"frames:v": 1, "update": 1, "q:v": self.recipe.sprite.quality, "f": "image2"},
                )
            )
        return outputs

    def _input(self, sampling: Sampling, plan: Plan) -> dict[str, Any]:
        """The options before -i."""
        options: dict[str, Any] = dict(plan.input)
        if sampling.way in _SKIPPED:
            options["skip_frame"] = _SKIPPED[sampling.way]
        if sampling.way == "keys" and self._shrinks_a_lot:
            options["skip_loop_filter"] = "all"  # no frame is predicted from another, so nothing adds up
        if sampling.way in SPARSE:
            options["bsf:v"] = f"noise=amount=0:drop='{self._unwanted(sampling, plan)}'"
            # A thread that decodes a frame now and then costs a set of buffers; workers are as many as cores.
            options["threads"] = 1
            if self.media.container.startswith(_SELF_CONTAINED):
                # ffmpeg's own probe decodes up to seven frames, as many as are wanted of a short clip.
                options["nofind_stream_info"] = None
        return options

    def _selected(self, sampling: Sampling, plan: Plan) -> str:
        """The expression that selects frames in time, the first one to begin with, and where shots begin."""
        since = "t-prev_selected_t"
        by_time = f"isnan(prev_selected_t)+gte({since},{sampling.step:.4f})"
        if not self.sees_cuts(plan):
            return by_time
        usual = self.between_frames <= self.recipe.frames.interval
        cut = f"gt(scene,{_CUT})*gte({since},{_SOONEST if usual else self.between_frames / 2:.4f})"
        if sampling.way != "keys" or self._few_keys:
            return f"{by_time}+{cut}"
        # As packets were thinned: a cut in between must not shift the times, for what would come then is not there.
        # Some files call frames key frames that are none.
        predicted = "eq(pict_type,P)+eq(pict_type,B)"
        return f"if({predicted},0,if({_due('t', sampling.step)},st(0,t)*0+st(1,1),{cut}))"

    def _unwanted(self, sampling: Sampling, plan: Plan) -> str:
        """The expression that is true for packets which the decoder need not see."""
        if sampling.way == "packets":
            return f"mod(n,{sampling.every})"
        time = "pts*tb"
        kept = f"st(0,{time})*0+st(1,1)*0"
        if not self.sees_cuts(plan):
            return f"if(key*({_due(time, sampling.step)}),{kept},1)"
        if self._few_keys:
            return "not(key)"
        # A shot may have begun since the last key frame (its time is in 2, its size in 5) when this one comes
        # before its time or is of another size, or when a packet in between (the largest is in 3) was nearly as
        # large as a key frame, or far larger than any between the two key frames before (in 4).
        usual = self.video.keyframe_interval or 0.0
        frame = 1 / float(self.video.rate) if self.video.rate else 0.0
        early = f"lt({time}-ld(2),{usual - _EARLY_BY * frame:.4f})"
        other = f"gte(max(size,ld(5)),{_OTHER}*min(size,ld(5)))"
        large = f"gte(ld(3),{_LARGE}*size)+gte(ld(3),{_LARGER}*ld(4))"
        kept_books = f"st(2,{time})*0+st(5,size)*0+st(4,ld(3))*0+st(3,0)"
        key = f"if({_due(time, sampling.step)},{kept},not({early}+{other}+{large}))+{kept_books}"
        return f"if(key,{key},gte(st(3,max(ld(3),size)),0))"

    def _for_the_model(self, stream: Any, plan: Plan) -> Any:
        frames = self.recipe.frames
        if self.between_frames > self.interval:
            further = Sampling("full", step=self.between_frames - self.interval + EPSILON)
            stream = stream.filter("select", self._selected(further, plan))
        options: dict[str, Any] = {"flags": frames.interpolation}
        if frames.fit == "squash":
            stream = stream.filter("scale", frames.size, frames.size, **options)
        else:
            options["force_original_aspect_ratio"] = "increase"
            stream = stream.filter("scale", frames.size, frames.size, **options)
            stream = stream.filter("crop", frames.size, frames.size)
        return stream.filter("format", "rgb24")


def _due(time: str, step: float) -> str:
    """True for the first, and `step` seconds after the last one for which it was true (kept in 0, whether in 1)."""
    return f"not(ld(1))+gte({time}-ld(0),{step:.4f})"
