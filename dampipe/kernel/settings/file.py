"""dampipe.toml: where it is looked for, how it is read, and how one line of it is changed."""

import json
import re
import tomllib
from typing import Any

from pydantic_settings import TomlConfigSettingsSource

from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.home import config_file


class ConfigFile(TomlConfigSettingsSource):
    """dampipe.toml, which cannot move the folder that it is looked for in."""

    def __call__(self) -> dict[str, Any]:
        given = super().__call__()
        if "home" in given:
            raise ValueError("home is set by DAMPIPE_HOME in the environment, not in the file")
        return given


def write_setting(name: str, value: str) -> None:
    """Set a text in dampipe.toml and leave the rest of the file as it is. Raises InvalidInput."""
    path = config_file()
    line = f"{name} = {json.dumps(value, ensure_ascii=False)}"
    try:
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        new, count = re.subn(rf"^{name}\s*=.*$", lambda _: line, old, count=1, flags=re.M)
        if not count:  # on top, since below a table's head it would belong to that
            new = f"{line}\n{old}"
        if tomllib.loads(new).get(name) != value:
            raise ValueError(f"{name} cannot be changed there")
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.new")
        temporary.write_text(new, encoding="utf-8")
        temporary.replace(path)
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path} cannot be written: {error}", hint=f"Write there: {line}") from error
