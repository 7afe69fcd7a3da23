"""Load the settings, with the checks that need the media layer."""

from typing import Any

from pydantic import ValidationError

from dampipe.kernel.events.payload import LIBRARY, PROCESSING
from dampipe.kernel.feature import load_dotted
from dampipe.kernel.settings.loading import describe_error, invalid_setting, read_settings
from dampipe.kernel.settings.settings import Settings


def load_settings(**overrides: Any) -> Settings:
    """Read and check all settings. Raises InvalidInput that names the first wrong one.

    overrides: values by name of setting; they win over environment and file.
    """
    return read_settings(_check_acceleration, _check_recipes, _check_recipe, _check_events, **overrides)


# Defaults are valid, as a test shows: where nothing else is set, the media layer is not imported.
def _is_default(settings: Settings, name: str) -> bool:
    return bool(getattr(settings, name) == Settings.model_fields[name].default)


def _check_acceleration(settings: Settings) -> None:
    if _is_default(settings, "acceleration"):
        return
    from dampipe.media.hwaccel.acceleration import families

    try:
        families(settings.acceleration)
    except ValueError as error:
        raise invalid_setting("acceleration", str(error)) from error


def _check_events(settings: Settings) -> None:
    names = settings.events_keep_days.keys() - {PROCESSING, LIBRARY}
    if not names:
        return
    from dampipe.app.features import features  # loads plug-ins

    kinds = {load_dotted(name).KIND for feature in features() for name in feature.events}
    known = {kind.name for kind in kinds if not kind.is_audit}
    for name in sorted(names - known):
        raise invalid_setting(
            "events_keep_days",
            f"{name!r} is neither {PROCESSING}, {LIBRARY} nor the name of an event that may be deleted",
        )


def _check_recipes(settings: Settings) -> None:
    if not settings.recipes:
        return
    from dampipe.media.recipes import PRESETS, Description

    for name, description in settings.recipes.items():
        if name in PRESETS:
            raise invalid_setting("recipes", f"{name!r} is the name of a preset")
        try:
            Description.model_validate(description)
        except ValidationError as error:
            path, problem = describe_error(error)
            raise invalid_setting(f"recipes.{name}{'.' * bool(path)}{path}", problem) from error


def _check_recipe(settings: Settings) -> None:
    if _is_default(settings, "recipe"):
        return
    from dampipe.media.recipes import PRESETS

    if settings.recipe not in PRESETS and settings.recipe not in settings.recipes:
        known = ", ".join([*PRESETS, *settings.recipes])
        raise invalid_setting("recipe", f"there is no {settings.recipe!r}, only {known}")
