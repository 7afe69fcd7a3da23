"""Where dampipe keeps its state and looks for its configuration file. Imports nothing heavy."""

import os
from pathlib import Path

UP_LOCK = "up.lock"
"""File of the home folder that a running deployment has locked."""


def home_folder() -> Path:
    """`$DAMPIPE_HOME`, else `$XDG_DATA_HOME/dampipe`, by default `~/.local/share/dampipe`; absolute."""
    if named := os.environ.get("DAMPIPE_HOME", ""):
        return Path(named).expanduser().absolute()
    data = os.environ.get("XDG_DATA_HOME", "")
    return ((Path(data) if data else Path.home() / ".local" / "share") / "dampipe").absolute()


def config_file() -> Path:
    """`$DAMPIPE_CONFIG`, else `dampipe.toml` in the home folder."""
    named = os.environ.get("DAMPIPE_CONFIG", "")
    return Path(named) if named else home_folder() / "dampipe.toml"
