"""Recipes: all settings that change a derivative's bytes, and therefore its key."""

import hashlib
import json
import math
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dampipe.media.outputs import DerivativeKind

WAVEFORM = "waveform-1"
"""Used instead of a fingerprint, since the waveform has no settings. Increase the number when its format changes."""
SIGNATURES = "signatures-1"
"""Used instead of a fingerprint, as for the waveform: signatures of one number can be compared, whatever the proxy."""
STILL = "still-1"
"""Used instead of a fingerprint, as for the waveform: stills at full size have no settings."""
_JPEG_SIDE = 65_000


class Recipe(BaseModel):
    """The base class: immutable, identified by its fingerprint."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    revision: ClassVar[int] = 1
    """Increased when the code makes other bytes from the same settings."""

    @property
    def fingerprint(self) -> str:
        """12 hexadecimal digits, the same on every machine for the same settings."""
        settings: dict[str, Any] = {"kind": type(self).__name__, "revision": self.revision}
        text = json.dumps(settings | self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


class PosterRecipe(Recipe):
    """One picture that represents the asset."""

    height: int = Field(default=720, ge=16)
    """Maximum of the shorter side in pixels; never upscaled."""
    quality: int = Field(default=3, ge=2, le=31)
    """JPEG quantiser: 2 is the best."""


class SpriteRecipe(Recipe):
    """The scrub strip."""

    interval: float = Field(default=2.0, gt=0)
    """Seconds per tile; increased for long footage."""
    columns: int = Field(default=10, ge=1, le=50)
    tile_width: int = Field(default=160, ge=16, le=640)
    """Pixels; the height follows from the picture."""
    max_tiles: int = Field(default=200, ge=1, le=1000)
    quality: int = Field(default=5, ge=2, le=31)

    @model_validator(mode="after")
    def _fits_a_jpeg(self) -> Self:
        # Tiles are up to twice as high as wide.
        rows = math.ceil(self.max_tiles / self.columns)
        if max(self.columns, 2 * rows) * self.tile_width > _JPEG_SIDE:
            raise ValueError("the sprite would be larger than a JPEG can be: fewer or smaller tiles")
        return self


class FramesRecipe(Recipe):
    """Small frames for the embedder."""

    size: int = Field(default=224, ge=16, le=1024)
    """Pixels, both ways."""
    fit: Literal["crop", "squash"] = "crop"
    """crop: the short side becomes `size`, the middle square is kept. squash: both sides become `size`."""
    interpolation: Literal["bicubic", "bilinear"] = "bicubic"
    interval: float = Field(default=2.0, gt=0)
    """Maximum seconds between decoded frames; longer for long footage, shorter for short footage."""
    limit: int = Field(default=300, ge=1)
    """Maximum of decoded frames per asset."""
    choice: str = ""
    """The policy that selects the frames to keep, as a text that changes with the policy."""


class PreviewRecipe(Recipe):
    """Everything that the preview pass makes."""

    revision: ClassVar[int] = 2

    poster: PosterRecipe = PosterRecipe()
    sprite: SpriteRecipe = SpriteRecipe()
    frames: FramesRecipe = FramesRecipe()

    def fingerprint_of(self, kind: DerivativeKind) -> str:
        """The fingerprint of the part that makes one derivative: a new poster keeps the frames' key."""
        parts: dict[DerivativeKind, Recipe] = {
            DerivativeKind.POSTER: self.poster,
            DerivativeKind.SPRITE: self.sprite,
            DerivativeKind.SPRITE_VTT: self.sprite,
            DerivativeKind.FRAMES: self.frames,
        }
        return parts[kind].fingerprint


class ProxyRecipe(Recipe):
    """A transcoded copy of the footage."""

    revision: ClassVar[int] = 2

    codec: Literal["h264", "prores"] = "h264"
    """h264: MP4 with AAC, to play and seek in a browser. prores: ProRes Proxy in MOV with all sound tracks
    as PCM and all frames of the original, to edit offline and relink."""
    height: int = Field(default=720, ge=16, le=8192)
    """Maximum of the shorter side in pixels; never upscaled."""
    preset: Literal[
        "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"
    ] = "superfast"
    """Of x264; hardware encoders have their own presets. This and the following settings apply to h264 only."""
    crf: int = Field(default=23, ge=0, le=51)
    audio_bitrate: int = Field(default=128, ge=16)
    """kbit/s."""
    max_bitrate: int = Field(default=6000, ge=100)
    """kbit/s of the picture."""
    max_rate: int = Field(default=60, ge=1)
    """Maximum frames per second; slow-motion originals have more than a browser shows."""
    keyframe_seconds: float = Field(default=2.0, gt=0)
    """Distance of key frames, which makes seeking fast."""

    @property
    def for_editing(self) -> bool:
        """Whether it keeps every frame, every sound track and the full colour depth."""
        return self.codec == "prores"

    def fingerprint_of(self, kind: DerivativeKind) -> str:
        """The fingerprint of the part that makes one derivative; all but the proxy are those of every recipe."""
        fixed = {
            DerivativeKind.WAVEFORM: WAVEFORM,
            DerivativeKind.SIGNATURES: SIGNATURES,
            DerivativeKind.STILL: STILL,
        }
        return fixed.get(kind) or self.fingerprint

    @model_validator(mode="after")
    def _reject_unused_settings(self) -> Self:
        unused = self.model_fields_set - {"codec", "height"}
        changed = [name for name in unused if getattr(self, name) != type(self).model_fields[name].default]
        if self.codec == "prores" and changed:
            raise ValueError(f"ProRes has no {sorted(changed)[0]}: leave it out, or set codec to h264")
        return self


class AssetRecipe(BaseModel):
    """The recipes of all derivatives of an asset."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    proxy: ProxyRecipe = ProxyRecipe()
    poster: PosterRecipe = PosterRecipe()
    sprite: SpriteRecipe = SpriteRecipe()
    frames: FramesRecipe = FramesRecipe()


PRESETS: dict[str, AssetRecipe] = {
    "review": AssetRecipe(),
    "web": AssetRecipe(
        proxy=ProxyRecipe(height=480, crf=26, max_bitrate=2000, audio_bitrate=96),
        poster=PosterRecipe(height=480, quality=5),
    ),
    "edit": AssetRecipe(proxy=ProxyRecipe(codec="prores", height=1080)),
}
"""By use: reviewing, reviewing over a slow network, editing."""

_SET_BY_MODEL = ("size", "fit", "interpolation")


class Description(BaseModel):
    """A recipe as it is configured: a preset with overrides."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: Literal["review", "web", "edit"] = "review"
    proxy: dict[str, Any] = {}
    poster: dict[str, Any] = {}
    sprite: dict[str, Any] = {}
    frames: dict[str, Any] = {}

    @model_validator(mode="after")
    def _validate(self) -> Self:
        for name in _SET_BY_MODEL:
            if name in self.frames:
                raise ValueError(f"frames.{name} follows from the model and cannot be set")
        try:
            self.recipe()
        except ValidationError as error:
            first = error.errors()[0]
            path = ".".join(str(part) for part in first["loc"])
            raise ValueError(f"{path or 'recipe'}: {first['msg']}") from None
        return self

    def recipe(self) -> AssetRecipe:
        """The complete recipe, which the validator has checked."""
        merged = PRESETS[self.base].model_dump()
        for part in ("proxy", "poster", "sprite", "frames"):
            merged[part] |= getattr(self, part)
        return AssetRecipe.model_validate(merged)
