"""Fingerprints: the same on every machine, another for every setting."""

import pytest
from pydantic import ValidationError

from dampipe.media.recipes import (
    PROXY_PRESETS,
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
    assert PROXY_PRESETS["review"] == ProxyRecipe()
    assert len({recipe.fingerprint for recipe in PROXY_PRESETS.values()}) == len(PROXY_PRESETS) == 3


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValidationError):
        FramesRecipe(interval=0)
    with pytest.raises(ValidationError, match="larger than a JPEG"):
        SpriteRecipe(columns=1, max_tiles=1000)
    with pytest.raises(ValidationError):
        ProxyRecipe.model_validate({"crff": 20})


PROXY = "f22b85b116ac"
PREVIEW = "21a32cfb14e9"
