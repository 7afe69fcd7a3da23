"""Options that some importers add to `dampipe import NAME`, and what they take for an origin."""

import os
from collections.abc import Callable
from typing import Any

import click

from dampipe.features.imports.importers import Importer, includes_of, program_of
from dampipe.features.imports.service import ImportService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.arguments import not_empty
from dampipe.kernel.faces.console import service
from dampipe.kernel.paths import is_url

MISSING_PARTS = "missing-parts"
"""What is included by an option of its own: an origin of which parts are missing."""
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def origin_of(importer: Importer, text: str | tuple[str, ...]) -> str:
    """The origin that a person means; of an importer that takes several parts, by all of them. Raises InvalidInput."""
    meant: Callable[..., str] | None = getattr(importer, "origin_of", None)
    if meant is not None:
        return meant(*((text,) if isinstance(text, str) else text))
    assert isinstance(text, str)
    return text if is_url(text) else os.path.abspath(text)


def more_options(importer: Importer) -> list[Decorator]:
    """The options that only this importer has."""
    found: list[Decorator] = []
    if MISSING_PARTS in includes_of(importer):
        found.append(
            click.option(
                "--allow-missing-parts", is_flag=True,
                help="Import what there is, although parts are missing or damaged.",
            )
        )  # fmt: skip
    if names := tuple(one for one in includes_of(importer) if one != MISSING_PARTS):
        found.append(
            click.option(
                "--include", multiple=True, type=click.Choice(names),
                help="Also import what is left out by default; may be given several times.",
            )
        )  # fmt: skip
    if (program := program_of(importer)) is not None:
        found.append(
            click.option(
                "--install", is_flag=True, is_eager=True, expose_value=False, callback=_install(importer),
                help=f"Install {program.requirement} into an environment of its own, and do nothing else.",
            )
        )  # fmt: skip
    if hasattr(importer, "log_in"):
        found.append(
            click.option(
                "--login", metavar="USER", is_eager=True, expose_value=False, callback=_log_in(importer),
                help="Log in at this terminal, and do nothing else; imports that waited for it continue.",
            )
        )  # fmt: skip
    return found


def _install(importer: Importer) -> Callable[[click.Context, click.Parameter, bool], None]:
    def install(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
        program = program_of(importer)
        if wanted and program is not None and not context.resilient_parsing:
            click.echo(f"{program.name} is installed: {program.install(click.echo)}")
            context.exit()

    return install


def _log_in(importer: Any) -> Callable[[click.Context, click.Parameter, str | None], None]:
    def log_in(context: click.Context, parameter: click.Parameter, user: str | None) -> None:
        if user is None or context.resilient_parsing:
            return
        not_empty(context, parameter, user)
        importer.log_in(user)
        click.echo(f"logged in: {user}")
        imports = service(ImportService)
        for number in imports.resume_blocked(LOCAL, importer.origin_of(user)):
            click.echo(f"import {number} resumed")
        context.exit()

    return log_in
