"""`dampipe metadata export|import`"""

import errno
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from dampipe.features.metadata.csv.cells import Delimiter
from dampipe.features.metadata.csv.export import MetadataExport
from dampipe.features.metadata.csv.importer import MetadataImport
from dampipe.features.metadata.csv.reader import Encoding
from dampipe.features.metadata.errors import CSV_UNREADABLE, CSV_UNWRITABLE
from dampipe.features.metadata.model import ExportRequest, ImportOptions, ImportReport
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import ExitCode, InvalidInput
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table
from dampipe.kernel.faces.remedies import CLI, Remedies, sentences
from dampipe.kernel.field import ValueSource
from dampipe.kernel.private_files import as_user


@click.command(name="export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True))
@click.argument("assets", nargs=-1)
@click.option("--where", metavar="QUERY", help="Only assets that this query finds: rating>=3 and city=Rome.")
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Only assets that pass this filter; may be repeated.",
)
@click.option(
    "-f",
    "--field",
    "fields",
    multiple=True,
    metavar="FIELD",
    help="Only the column of this field; may be repeated.",
)
@click.option(
    "--delimiter",
    type=click.Choice([str(one) for one in Delimiter]),
    default=str(Delimiter.COMMA),
    show_default=True,
    help="Between the cells; with semicolon numbers have a decimal comma.",
)
def export(
    file: Path,
    assets: tuple[str, ...],
    where: str | None,
    filters: tuple[str, ...],
    fields: tuple[str, ...],
    delimiter: str,
) -> None:
    """Write the metadata of ASSETS to FILE as CSV, for spreadsheets; without any, of all; - is the standard output."""
    given: dict[str, tuple[str, ...]] = {} if where is None else {"where": (where,)}
    for text in filters:
        name, equals, value = text.partition("=")
        if not equals:
            raise click.UsageError(f"{text!r} is not of the form NAME=VALUE")
        given[name.strip()] = (*given.get(name.strip(), ()), value)
    request = ExportRequest(assets=assets, filters=given, fields=fields, delimiter=Delimiter(delimiter))
    parts = service(MetadataExport).write(LOCAL, request)
    if str(file) == "-":
        for part in parts:
            sys.stdout.buffer.write(part)
        return
    replaced = ", replacing an earlier file" if file.exists() else ""
    _write(file.resolve(), parts)
    click.echo(f"written to {file}{replaced}", err=True)


def _write(path: Path, parts: Iterable[bytes]) -> None:
    part = path.with_name(f".dampipe-{os.getpid()}.part")  # replaces an earlier file once it is complete
    try:
        with as_user():
            out = part.open("wb")
        try:
            with out:
                for some in parts:
                    out.write(some)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        raise InvalidInput(CSV_UNWRITABLE, path=path, reason=error.strerror) from error


@click.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option(
    "--source",
    type=click.Choice([str(ValueSource.PERSON), str(ValueSource.IMPORT)]),
    default=str(ValueSource.PERSON),
    show_default=True,
    help="Whose values they are: yours, or those of an import, which never counts before a person.",
)
@click.option(
    "--replace",
    is_flag=True,
    help="Also replace what was changed since the export, and what people wrote if the file does not say from which "
    "value it was made.",
)
@click.option("--partial", is_flag=True, help="Import what is right although there are errors.")
@click.option("--new-terms", is_flag=True, help="Add terms that an open vocabulary does not have.")
@click.option(
    "--encoding",
    type=click.Choice([str(one) for one in Encoding]),
    default=str(Encoding.AUTO),
    show_default=True,
    help="Of the file; auto: UTF-8, or UTF-16 with a byte order mark.",
)
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=WholeNumber(0, 1000),
    help="Differences and problems shown.",
)
@json_option
def import_(
    file: Path,
    dry_run: bool,
    source: str,
    replace: bool,
    partial: bool,
    new_terms: bool,
    encoding: str,
    limit: int,
    as_json: bool,
) -> None:
    """Import FILE, a CSV that `export` wrote and that was edited, or one made by hand, as one change.

    An empty cell changes nothing; <clear> says that there is no value, <unset> takes back what people said.
    """
    options = ImportOptions(
        dry_run=dry_run,
        source="import" if source == "import" else "person",
        replace=replace,
        partial=partial,
        new_terms=new_terms,
        encoding=Encoding(encoding),
        name=file.name[:200],
        limit=limit,
    )
    try:
        with as_user():
            opened = file.open("rb")
    except OSError as error:
        raise InvalidInput(CSV_UNREADABLE, path=file, reason=error.strerror) from error
    with opened:
        done = service(MetadataImport).run(LOCAL, opened, options)
    if as_json:
        print_json(done)
    else:
        _show(done, dry_run, limit)
    if done.errors:
        raise SystemExit(ExitCode.FAILURES)


def _show(done: ImportReport, dry_run: bool, limit: int) -> None:
    if dry_run:
        rows = [
            (one.name, one.field, ", ".join(map(str, one.before)), ", ".join(map(str, one.after)))
            for one in done.differences
        ]
        if rows:
            say(table(["file", "field", "now", "then"], rows))
        if len(rows) < done.changes:
            click.echo(f"… and {done.changes - len(rows)} more")
    if done.problems and limit:
        remedies = service(Remedies)
        say(
            table(
                ["row", "column", "what", "why"],
                [
                    (
                        str(one.row),
                        one.column,
                        "error" if one.is_error else "left alone",
                        sentences(one.text, remedies.word(one, CLI)),
                    )
                    for one in done.problems[:limit]
                ],
                right=["row"],
            )
        )
    if (more := done.errors + done.left - min(limit, len(done.problems))) > 0:
        click.echo(f"… and {more} more of these")
    what = "would change" if dry_run else "changed"
    if done.refused and not dry_run:
        click.echo(f"nothing was imported: {plural(done.errors, 'error')}; `--partial` imports the rest")
        return
    click.echo(f"{done.changed} of {plural(done.rows, 'row')} {what}, {plural(done.changes, 'value')}")
    if done.refused:
        click.echo(f"{plural(done.errors, 'error')}: nothing will be imported without `--partial`")
    if done.operation is not None:
        click.echo(f"`dampipe metadata undo {done.operation}` undoes this")
