"""The configuration file dampipe.toml: its path, a source for pydantic-settings, and an editor for one line."""

import json
import re
import tomllib
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


def write_setting(name: str, value: str) -> None:
    """Set a text value in dampipe.toml and keep the rest of the file. Atomic.

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
