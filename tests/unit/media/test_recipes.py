"""Fingerprints: the same on every machine, another for every setting."""

import pytest
from pydantic import ValidationError

from dampipe.media.hwaccel.families import FAMILIES, SOFTWARE
from dampipe.media.outputs import DerivativeKind
from dampipe.media.recipes import (
    PRESETS,
    AssetRecipe,
    Description,
    FramesRecipe,
    PosterRecipe,
    PreviewRecipe,
    ProxyRecipe,
    Recipe,
    SpriteRecipe,
)

RECIPES: list[Recipe] = [PosterRecipe(), SpriteRecipe(), FramesRecipe(), PreviewRecipe(), ProxyRecipe()]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: type(recipe).__name__)
def test_twelve_hexadecimal_digits(recipe: Recipe) -> None:
    assert len(recipe.fingerprint) == 12
    int(recipe.fingerprint, 16)
    assert type(recipe)().fingerprint == recipe.fingerprint


def test_every_recipe_has_its_own() -> None:
    assert len({recipe.fingerprint for recipe in RECIPES}) == len(RECIPES)


def test_stays_the_same_from_release_to_release() -> None:
    """A change here makes every proxy of every library anew: only on purpose."""
    assert ProxyRecipe().fingerprint == PROXY
    assert PreviewRecipe().fingerprint == PREVIEW


def test_a_setting_deep_inside_counts() -> None:
    other = PreviewRecipe(frames=FramesRecipe(size=256))
    assert other.fingerprint != PreviewRecipe().fingerprint
    assert PreviewRecipe(sprite=SpriteRecipe(interval=2)).fingerprint == PreviewRecipe().fingerprint


def test_presets_differ_and_review_is_the_default() -> None:
    assert PRESETS["review"] == AssetRecipe()
    assert len({recipe.proxy.fingerprint for recipe in PRESETS.values()}) == len(PRESETS) == 3


def test_each_derivative_is_keyed_by_its_own_part() -> None:
    one, other = PreviewRecipe(), PreviewRecipe(poster=PosterRecipe(height=480))
    differ = [kind for kind in PREVIEW_KINDS if one.fingerprint_of(kind) != other.fingerprint_of(kind)]
    assert differ == [DerivativeKind.POSTER]
    assert one.fingerprint_of(DerivativeKind.SPRITE) == one.fingerprint_of(DerivativeKind.SPRITE_VTT)
    small, large = ProxyRecipe(height=360), ProxyRecipe()
    assert small.fingerprint_of(DerivativeKind.PROXY) != large.fingerprint_of(DerivativeKind.PROXY)
    assert small.fingerprint_of(DerivativeKind.WAVEFORM) == large.fingerprint_of(DerivativeKind.WAVEFORM)


def test_a_description_is_a_preset_with_changes() -> None:
    described = Description.model_validate(
        {
            "base": "web",
            "proxy": {"height": 360, "crf": 30, "max_rate": 30},
            "sprite": {"interval": 5, "columns": 8, "tile_width": 120},
            "frames": {"interval": 4, "limit": 50},
        }
    ).recipe()
    assert described.proxy == PRESETS["web"].proxy.model_copy(
        update={"height": 360, "crf": 30, "max_rate": 30}
    )
    assert described.poster == PRESETS["web"].poster
    assert (described.sprite.interval, described.sprite.columns, described.frames.limit) == (5, 8, 50)
    assert Description(proxy={"codec": "prores", "height": 720}).recipe().proxy.height == 720


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ({"base": "tv"}, "review"),
        ({"proxy": {"crff": 20}}, "proxy.crff: Extra inputs"),
        ({"proxy": {"height": 3}}, "proxy.height"),
        ({"proxy": {"codec": "vp9"}}, "proxy.codec"),
        ({"proxy": {"preset": "quick"}}, "proxy.preset: Input should be 'ultrafast'"),
        ({"proxy": {"codec": "prores", "crf": 18}}, "ProRes has no crf"),
        ({"base": "edit", "proxy": {"audio_bitrate": 64}}, "ProRes has no audio_bitrate"),
        ({"sprite": {"columns": 1, "max_tiles": 1000}}, "larger than a JPEG"),
        ({"frames": {"size": 64}}, "follows from the model"),
        ({"posters": {}}, "posters"),
    ],
)
def test_an_invalid_description_names_the_field(description: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Description.model_validate(description)


def test_the_preset_is_x264s_and_part_of_the_key() -> None:
    usual, quick = ProxyRecipe(), ProxyRecipe(preset="ultrafast")
    assert quick.fingerprint != usual.fingerprint
    for family in FAMILIES.values():
        same = family.encode(quick) == family.encode(usual)
        assert same == (family.name != SOFTWARE), family.name
    assert FAMILIES[SOFTWARE].encode(quick)["preset"] == "ultrafast"


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValidationError):
        FramesRecipe(interval=0)
    with pytest.raises(ValidationError, match="larger than a JPEG"):
        SpriteRecipe(columns=1, max_tiles=1000)
    with pytest.raises(ValidationError):
        ProxyRecipe.model_validate({"crff": 20})


PREVIEW_KINDS = (
    DerivativeKind.POSTER,
    DerivativeKind.SPRITE,
    DerivativeKind.SPRITE_VTT,
    DerivativeKind.FRAMES,
)
PROXY = "f22b85b116ac"
PREVIEW = "21a32cfb14e9"
