"""The configuration file dampipe.toml: its path, a source for pydantic-settings, and an editor for one line."""

import json
import os
import re
import tomllib
from contextlib import suppress
from typing import Any

from pydantic_settings import TomlConfigSettingsSource

from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.home import config_file
from dampipe.kernel.private_files import make_folder, open_private
from dampipe.kernel.settings.errors import SETTING_NOT_WRITTEN


class ConfigFile(TomlConfigSettingsSource):
    """Reads dampipe.toml. The file cannot set `home`, since it is itself read from the home folder."""

    def __call__(self) -> dict[str, Any]:
        values = super().__call__()
        if "home" in values:
            raise ValueError("home is set by DAMPIPE_HOME in the environment, not in the file")
        return values


def is_in_environment(name: str) -> bool:
    """Whether a setting has its value from the environment, which wins over the file."""
    return f"DAMPIPE_{name.upper()}" in os.environ


def setting_in_file(name: str) -> Any:
    """The value of a setting in dampipe.toml as it is now; None: it has none there, or the file cannot be read.

    A process keeps the values that it has read when it was started.
    """
    with suppress(OSError, ValueError):
        return tomllib.loads(config_file().read_text(encoding="utf-8")).get(name)
    return None


def write_setting(name: str, value: str | float) -> None:
    """Set a text or a number in dampipe.toml and keep the rest of the file. Atomic.

    Raises InvalidInput if the file is not valid TOML or cannot be written.
    """
    path = config_file()
    line = f"{name} = {json.dumps(value, ensure_ascii=False)}"
    try:
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        new, count = re.subn(rf"^{name}\s*=.*$", lambda _: line, old, count=1, flags=re.M)
        if not count:  # at the top: below the header of a table it would belong to that table
            new = f"{line}\n{old}"
        if tomllib.loads(new).get(name) != value:
            raise ValueError(f"{name} cannot be set in one line")
        make_folder(path.parent)
        temporary = path.with_name(f".{path.name}.new")
        with open_private(temporary) as file:  # it may hold passwords
            file.write(new)
        temporary.replace(path)
    except (OSError, ValueError) as error:
        raise InvalidInput(
            SETTING_NOT_WRITTEN, file=str(path), reason=str(error), name=name, line=line
        ) from error
