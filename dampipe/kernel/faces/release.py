"""The options of commands that release something."""

from collections.abc import Callable
from typing import Any

import click

from dampipe.kernel.release import ReleaseRequest

_HELP = {name: field.description for name, field in ReleaseRequest.model_fields.items()}


def release_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --territory, --medium and --reason."""
    for name in ("reason", "medium", "territory"):
        command = click.option(f"--{name}", default="", metavar="TEXT", help=_HELP[name])(command)
    return command
