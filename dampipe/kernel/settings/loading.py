"""Settings are read at once, and one that is wrong is named."""

from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.home import config_file
from dampipe.kernel.settings.settings import Settings

_UNKNOWN = "Extra inputs are not permitted"
"""What pydantic says of a name that it does not know."""


def load_settings(**given: Any) -> Settings:
    """Read the settings. Raises InvalidInput that names the setting which is wrong."""
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        problem = first["msg"].replace("Value error, ", "").replace(_UNKNOWN, "there is no such setting")
        if first["type"] == "extra_forbidden" and (near := get_close_matches(name, Settings.model_fields, 1)):
            problem += f", did you mean {near[0]!r}?"
        raise InvalidInput(
            f"setting {name!r}: {problem}" if name else problem,
            hint=f"`dampipe config --sample` tells what there is; looked in {config_file()}.",
        ) from error
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{config_file()} cannot be read: {error}") from error
