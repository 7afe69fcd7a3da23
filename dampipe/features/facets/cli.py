"""`dampipe facets`"""

from typing import Any

import click

from dampipe.features.facets.index import FacetIndex
from dampipe.features.facets.model import MOST_VALUES, FacetReport, FacetRequest
from dampipe.features.facets.service import FacetService
from dampipe.features.search.cli.options import filter_option
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table
from dampipe.kernel.filter import FilterRegistry

_REGISTRY = FilterRegistry()


def _with_filters(command: Any) -> Any:
    for field in reversed(list(_REGISTRY.values())):
        command = filter_option(field)(command)
    return command


@click.command(name="facets")
@click.argument("facets", nargs=-1, metavar="[FACET]...")
@_with_filters
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=WholeNumber(1, MOST_VALUES),
    help="Values of each facet, those with most assets first.",
)
@click.option("--wait", is_flag=True, help="Bring the index up to date first, however long it takes.")
@click.option("--rebuild", is_flag=True, help="Build the index again first.")
@json_option
def command(
    facets: tuple[str, ...], limit: int, wait: bool, rebuild: bool, as_json: bool, **given: Any
) -> None:
    """Count the assets that pass the filters by the values of FACETs; without any, of all facets."""
    filters = {name: (value,) if isinstance(value, str) else value for name, value in given.items() if value}
    try:
        _REGISTRY.parse(filters)
    except InvalidInput as error:
        raise click.UsageError(f"{error}. {error.hint}".removesuffix(". ")) from error
    if rebuild:
        FacetIndex(service(Database)).clear()
    request = FacetRequest(facet=facets, limit=limit, filters=filters)
    found = service(FacetService).count(LOCAL, request, wait=wait or rebuild)
    if as_json:
        print_json(found)
        return
    click.echo(plural(found.assets, "asset"))
    for one in found.facets:
        click.echo(f"\n{one.label} ({one.key})")
        say(table(["value", "assets"], _rows(one), right=["assets"]))


def _rows(facet: FacetReport) -> list[tuple[str, str]]:
    rows = [(one.label, f"{one.assets:,}") for one in facet.values]
    rows += [(f"({facet.more:,} more values)", "")] if facet.more else []
    return [*rows, ("(no value)", f"{facet.without:,}")] if facet.without else rows
