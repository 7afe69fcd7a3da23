"""`dampipe schema show|check|apply|undo`"""

import json
from pathlib import Path

import click

from dampipe.features.metadata.errors import SCHEMA_INVALID
from dampipe.features.metadata.model import SchemaApplied, SchemaDiff
from dampipe.features.metadata.schema import Schema
from dampipe.features.metadata.schema_service import SchemaService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import ExitCode, InvalidInput
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table


@click.group(name="schema")
def command() -> None:
    """Show, check and apply the metadata schema: the fields that this library has."""


_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_keep = click.option(
    "--keep",
    multiple=True,
    metavar="FIELD",
    help="Keep values of this field that do not fit; may be repeated.",
)
_clear = click.option(
    "--clear",
    multiple=True,
    metavar="FIELD",
    help="Clear values of this field that do not fit; may be repeated.",
)


def read_schema_file(file: Path) -> Schema:
    """A schema from TOML, or from JSON Schema where the name ends in .json. Raises InvalidInput."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        given = json.loads(text) if file.suffix.lower() == ".json" else None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InvalidInput(SCHEMA_INVALID, problem=str(error), place=str(file)) from error
    if given is None:
        return Schema.from_toml(text)
    if not isinstance(given, dict):
        raise InvalidInput(SCHEMA_INVALID, problem="it is not an object", place=str(file))
    return Schema.from_json_schema(given)


@command.command(name="show")
@click.option("--json-schema", is_flag=True, help="Print it as a JSON Schema.")
@json_option
def show(json_schema: bool, as_json: bool) -> None:
    """Print the schema as a file that `apply` takes."""
    if json_schema:
        print_json(service(SchemaService).as_json_schema(LOCAL))
    elif as_json:
        print_json(service(SchemaService).show(LOCAL))
    else:
        click.echo(service(SchemaService).as_toml(LOCAL).rstrip())


@command.command(name="check")
@_file
@json_option
def check(file: Path, as_json: bool) -> None:
    """Say what the schema in FILE would change, and which values it would break; nothing is written."""
    found = service(SchemaService).check(LOCAL, read_schema_file(file))
    if as_json:
        print_json(found)
    else:
        _show(found)
    if found.breaks:
        raise SystemExit(ExitCode.FAILURES)


@command.command(name="apply")
@_file
@_keep
@_clear
@json_option
def apply(file: Path, keep: tuple[str, ...], clear: tuple[str, ...], as_json: bool) -> None:
    """Make the schema in FILE that of the library. It is refused if values would break, unless told how."""
    _applied(service(SchemaService).apply(LOCAL, read_schema_file(file), keep=keep, clear=clear), as_json)


@command.command(name="undo")
@_keep
@_clear
@json_option
def undo(keep: tuple[str, ...], clear: tuple[str, ...], as_json: bool) -> None:
    """Undo the last change of the schema, with what it did to values."""
    _applied(service(SchemaService).undo(LOCAL, keep=keep, clear=clear), as_json)


def _applied(done: SchemaApplied, as_json: bool) -> None:
    if as_json:
        print_json(done)
        return
    _show(done.diff)
    click.echo(f"the schema has version {done.version} now")
    if done.cleared:
        click.echo(f"{plural(done.cleared, 'value')} cleared")


def _show(found: SchemaDiff) -> None:
    lines = [
        *(f"+ {key}" for key in found.added),
        *(f"- {key}" for key in found.removed),
        *(f"{old} → {new}" for old, new in found.renamed.items()),
        *(f"~ {key}: {', '.join(names)}" for key, names in found.changed.items()),
        *(f"{plural(count, 'value')} of {key} converted" for key, count in found.converted.items()),
    ]
    click.echo("\n".join(lines) or "the schema is the same")
    if found.breaks:
        rows = [(one.field, one.text, str(one.values), ", ".join(one.examples)) for one in found.breaks]
        say(table(["field", "what does not fit", "values", "such as"], rows, right=["values"]))
