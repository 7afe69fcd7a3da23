"""`dampipe tier where ASSET`"""

import click

from dampipe.features.assets.service import AssetService
from dampipe.features.tiers.cli.words import AVAILABILITIES, hours, local_time, money, size
from dampipe.features.tiers.reports import CopyReport, CopyService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.console import json_option, print_json, service


@click.command(name="where")
@click.argument("asset")
@json_option
def where(asset: str, as_json: bool) -> None:
    """Where the copies of an ASSET are, whether they can be read, and what it costs to get them."""
    found = service(CopyService).of(LOCAL, service(AssetService).sha1(LOCAL, asset))
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("there is no copy of it")
    for copy in found:
        click.echo(f"{copy.place or 'a place that you may not see'} ({size(copy.size)})")
        for line in _lines(copy):
            click.echo(f"  {line}")


def _lines(copy: CopyReport) -> list[str]:
    state = AVAILABILITIES[copy.availability].format(
        until="it is archived again" if copy.restored_until is None else local_time(copy.restored_until),
        leaves="" if copy.leaves_at is None else local_time(copy.leaves_at),
    )
    tier = f"{copy.tier}, {copy.storage_class}" if copy.storage_class else str(copy.tier)
    lines = [f"{copy.source}, {tier}: {state}"]
    if copy.label:
        lines.append(f"the medium: {copy.label}")
    lines += [
        f"{one.speed}: {money({copy.currency: one.cost})}, in {hours(one.hours)}" for one in copy.retrievals
    ]
    if not copy.retrievals and copy.cost:
        lines.append(f"fetching it costs {money({copy.currency: copy.cost})}")
    if copy.damaged:
        lines.append("it was damaged when it was read last")
    else:
        checked = "never" if copy.verified_at is None else local_time(copy.verified_at)
        lines.append(f"verified: {checked}")
    return lines
