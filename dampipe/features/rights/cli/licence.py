"""`dampipe rights licence add|edit|list|show|attach|detach|remove`"""

import sys
from collections.abc import Callable
from typing import Any

import click
from pydantic import ValidationError

from dampipe.features.assets.selected import Selected
from dampipe.features.rights.errors import LICENCE_INVALID
from dampipe.features.rights.model import (
    PURPOSES,
    LicenceState,
    LicenceTerms,
    NewLicence,
    ReleaseKind,
    ReleaseStatus,
)
from dampipe.features.rights.reports import LicenceReport
from dampipe.features.rights.service import RightsService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table

_HELP = {name: field.description for name, field in LicenceTerms.model_fields.items()}
_LINES = ("title", "subject", "statement", "licensor", "licensee", "copyright", "credit", "terms", "url")
_DATES = ("starts", "embargo", "expires", "zone")
_LISTS = {
    "territories": "--territory",
    "excluded_territories": "--except-territory",
    "media": "--medium",
    "excluded_media": "--except-medium",
}
_CLEARABLE = (*_LINES, *_DATES[:3], *_LISTS, "purposes", "notice_days", "documents", "releases")
MOST = 1000
"""Licences of one page."""


@click.group()
def licence() -> None:
    """Add, change, list and attach licences."""


def _terms_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a licence's terms."""
    options = [
        *(click.option(f"--{name}", metavar="TEXT", help=_HELP[name]) for name in _LINES),
        *(
            click.option(opt, name, multiple=True, metavar="TERM", help=_HELP[name])
            for name, opt in _LISTS.items()
        ),
        click.option("--purpose", "purposes", multiple=True, type=click.Choice(PURPOSES), help=_HELP["purposes"]),
        *(click.option(f"--{name}", metavar="TEXT", help=_HELP[name]) for name in _DATES),
        click.option("--notice", "notice_days", multiple=True, type=int, help=_HELP["notice_days"]),
        click.option(
            "--document", "documents", multiple=True, metavar="[TITLE=]REFERENCE",
            help="A document: its address, file number or path.",
        ),
        click.option(
            "--release", "releases", multiple=True, metavar="KIND:STATUS[:REFERENCE]",
            help="A release: model or property; none, not_applicable, unlimited or limited; where it is found.",
        ),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def _given(options: dict[str, Any]) -> dict[str, Any]:
    """The fields that options name."""
    given = {name: value for name, value in options.items() if value is not None and value != ()}
    if "documents" in given:
        given["documents"] = tuple(map(_document, given["documents"]))
    if "releases" in given:
        given["releases"] = tuple(map(_release, given["releases"]))
    return given


def _document(text: str) -> dict[str, str]:
    title, mark, reference = text.partition("=")
    is_titled = bool(mark) and "/" not in title and ":" not in title
    return {"title": title, "reference": reference} if is_titled else {"reference": text}


def _release(text: str) -> dict[str, str]:
    kind, _, rest = text.partition(":")
    status, _, reference = rest.partition(":")
    if kind not in list(ReleaseKind) or status not in list(ReleaseStatus):
        kinds, statuses = ", ".join(ReleaseKind), ", ".join(ReleaseStatus)
        raise click.UsageError(
            f"{text!r} is not a release: give KIND:STATUS[:REFERENCE]; {kinds}; {statuses}"
        )
    return {"kind": kind, "status": status, "reference": reference}


@licence.command(name="add")
@click.argument("name")
@_terms_options
@json_option
def add(name: str, as_json: bool, **options: Any) -> None:
    """Add a licence NAME. Days are of its own time zone; the last one is included."""
    try:
        new = NewLicence(name=name, **_given(options))
    except ValidationError as error:
        raise _invalid(error) from None
    _show(service(RightsService).add(LOCAL, new), as_json)


@licence.command(name="edit")
@click.argument("name")
@_terms_options
@click.option("--clear", multiple=True, type=click.Choice(_CLEARABLE), help="Make a field empty.")
@json_option
def edit(name: str, clear: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Change what is given of a licence. An option that may be given several times replaces the whole list."""
    fresh = LicenceTerms()
    cleared = {field: getattr(fresh, field) for field in clear}
    _show(service(RightsService).edit(LOCAL, name, {**cleared, **_given(options)}), as_json)


@licence.command(name="list")
@click.option("--state", type=click.Choice(list(map(str, LicenceState))), help="Only licences in this state.")
@click.option("--after", default="", metavar="NAME", help="Begin after this licence.")
@click.option("--limit", default=MOST, show_default=True, type=WholeNumber(1, MOST), help="Most licences.")
@json_option
def list_(state: str | None, after: str, limit: int, as_json: bool) -> None:
    """List licences with their state and the number of assets that have each."""
    found = service(RightsService).all(LOCAL, LicenceState(state) if state else None, after, limit)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no such licences: `dampipe rights licence add NAME` adds one")
    else:
        columns = ["licence", "title", "state", "until", "zone", "territories", "media", "assets"]
        say(table(columns, map(_row, found), right=["assets"]))
        if len(found) == limit:
            click.echo(f"there may be more: --after {found[-1].name}", err=True)


@licence.command(name="show")
@click.argument("name")
@json_option
def show(name: str, as_json: bool) -> None:
    """Show all of a licence."""
    _show(service(RightsService).show(LOCAL, name), as_json)


@licence.command(name="attach")
@click.argument("name")
@click.argument("assets", nargs=-1, required=True)
def attach(name: str, assets: tuple[str, ...]) -> None:
    """Give a licence to assets: SHA-1, its first digits, or the path of a file; - reads them from standard input."""
    done = service(RightsService).attach(LOCAL, name, Selected(assets=_names(assets)))
    click.echo(f"{plural(done.changed, 'asset')} got the licence {name}")


@licence.command(name="detach")
@click.argument("name")
@click.argument("assets", nargs=-1, required=True)
def detach(name: str, assets: tuple[str, ...]) -> None:
    """Take a licence from assets; - reads them from standard input."""
    count = service(RightsService).detach(LOCAL, name, Selected(assets=_names(assets)))
    click.echo(f"{plural(count, 'asset')} no longer have the licence {name}")


@licence.command(name="remove")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(name: str, yes: bool) -> None:
    """Remove a licence, also from its assets. The assets stay."""
    found = service(RightsService).show(LOCAL, name)
    if not yes:
        click.confirm(
            f"Remove {name}, which is attached to {plural(found.assets or 0, 'asset')}?", abort=True
        )
    count = service(RightsService).remove(LOCAL, name)
    click.echo(f"{name} is removed; {plural(count, 'asset')} had it")


def _names(assets: tuple[str, ...]) -> list[str]:
    if assets != ("-",):
        return list(assets)
    return [name for line in sys.stdin if (name := line.rstrip("\n"))]


def _invalid(error: ValidationError) -> InvalidInput:
    first = error.errors()[0]
    return InvalidInput(LICENCE_INVALID, field=".".join(map(str, first["loc"])), reason=first["msg"])


def _row(one: LicenceReport) -> tuple[str, ...]:
    return (
        one.name,
        one.title if one.title != one.name else "",
        str(one.state),
        one.expires.replace("T", " "),
        one.zone if one.expires else "",
        _terms(one.territories, one.excluded_territories, "worldwide"),
        _terms(one.media, one.excluded_media, "all"),
        str(one.assets),
    )


def _terms(terms: tuple[str, ...], excluded: tuple[str, ...], without: str) -> str:
    listed = ", ".join(terms) or without
    return f"{listed} except {', '.join(excluded)}" if excluded else listed


def _show(one: LicenceReport, as_json: bool) -> None:
    if as_json:
        print_json(one)
        return
    lines = [(name, str(getattr(one, name))) for name in ("name", "title", "state") if getattr(one, name)]
    lines += [
        (name, value)
        for name in ("subject", "statement", "licensor", "licensee", "copyright", "credit", "terms", "url")
        if (value := getattr(one, name))
    ]
    lines += [
        ("territories", _terms(one.territories, one.excluded_territories, "worldwide")),
        ("media", _terms(one.media, one.excluded_media, "all")),
    ]
    lines += [("purposes", ", ".join(one.purposes))] if one.purposes else []
    lines += [
        (name, f"{value.replace('T', ' ')} ({one.zone})")
        for name in ("starts", "embargo", "expires")
        if (value := getattr(one, name))
    ]
    if one.expires:
        lines.append(("notice", ", ".join(f"{days} days before" for days in one.notice_days) or "none"))
    lines += [
        ("document", f"{document.title} {document.reference}".strip()) for document in one.documents or ()
    ]
    lines += [
        ("release", f"{release.kind}, {release.status}: {release.reference}".removesuffix(": "))
        for release in one.releases or ()
    ]
    lines.append(("assets", str(one.assets)))
    say(table(["", ""], lines))
