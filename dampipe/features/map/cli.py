"""`dampipe map`"""

from typing import Any

import click

from dampipe.features.map.model import MOST_ZOOM, Box
from dampipe.features.map.service import MapService
from dampipe.features.search.cli.options import filter_option
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.faces.console import json_option, print_json, say, service, table
from dampipe.kernel.filter import FilterRegistry

_REGISTRY = FilterRegistry()


def _with_filters(command: Any) -> Any:
    for field in reversed(list(_REGISTRY.values())):
        command = filter_option(field)(command)
    return command


@click.command(name="map")
@click.option(
    "--box",
    default="-180,-90,180,90",
    metavar="WEST,SOUTH,EAST,NORTH",
    help="Only assets that were recorded in this box, in degrees.",
)
@click.option(
    "--zoom",
    default=2,
    show_default=True,
    type=WholeNumber(0, MOST_ZOOM),
    help="How large the cells are: 1/2**(zoom + 2) of the world's width.",
)
@_with_filters
@json_option
def command(box: str, zoom: int, as_json: bool, **given: Any) -> None:
    """Count the assets that pass the filters by where they were recorded."""
    filters = {name: (value,) if isinstance(value, str) else value for name, value in given.items() if value}
    try:
        _REGISTRY.parse(filters)
        asked = Box.parse(box)
    except InvalidInput as error:
        raise click.UsageError(f"{error}. {error.hint}".removesuffix(". ")) from error
    found = service(MapService).clusters(LOCAL, asked, zoom, filters)
    if as_json:
        print_json(found)
        return
    click.echo(f"{found.assets:,} in the box, {found.placed:,} with a position, {found.without:,} without")
    rows = [
        (f"{one.latitude:.4f}, {one.longitude:.4f}", f"{one.assets:,}", one.name) for one in found.clusters
    ]
    say(table(["position", "assets", "newest"], rows, right=["assets"]))
