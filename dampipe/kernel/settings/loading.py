"""Read all settings at once and name the one that is wrong."""

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, TypeAlias

from pydantic import ValidationError

from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.home import config_file
from dampipe.kernel.settings.errors import (
    SETTING_INVALID,
    SETTING_MISSPELLED,
    SETTING_UNKNOWN,
    SETTINGS_UNREADABLE,
)
from dampipe.kernel.settings.settings import Settings

_EXTRA_KEY = "Extra inputs are not permitted"
"""Pydantic's message for a key that the model does not have."""

SettingsCheck: TypeAlias = Callable[[Settings], None]
"""A check of a value whose meaning belongs to a higher layer. Raises `invalid_setting`."""


def read_settings(*checks: SettingsCheck, **overrides: Any) -> Settings:
    """Read the settings and run the checks in order.

    overrides: values by name of setting; they win over environment and file. Raises InvalidInput that names the first
    wrong setting.
    """
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        raise _invalid(error) from error
    except (OSError, ValueError) as error:
        raise InvalidInput(SETTINGS_UNREADABLE, file=str(config_file()), reason=str(error)) from error
    for check in checks:
        check(settings)
    return settings


def invalid_setting(name: str, problem: str) -> InvalidInput:
    """The error for a wrong value of the setting `name`; `recipes.house` names a key of a table."""
    variable = f"DAMPIPE_{name.partition('.')[0].upper()}"
    return InvalidInput(
        SETTING_INVALID, name=name, problem=problem, file=str(config_file()), variable=variable
    )


def describe_error(error: ValidationError) -> tuple[str, str]:
    """The dotted path of the first wrong value, "" for the whole, and what is wrong with it."""
    first = error.errors()[0]
    problem = first["msg"].removeprefix("Value error, ").replace(_EXTRA_KEY, "there is no such setting")
    return ".".join(str(part) for part in first["loc"]), problem


def _invalid(error: ValidationError) -> InvalidInput:
    name, problem = describe_error(error)
    if error.errors()[0]["type"] != "extra_forbidden":
        return invalid_setting(name, problem)
    if near := get_close_matches(name, Settings.model_fields, 1):
        return InvalidInput(SETTING_MISSPELLED, name=name, suggestion=near[0], file=str(config_file()))
    return InvalidInput(SETTING_UNKNOWN, name=name, file=str(config_file()))
