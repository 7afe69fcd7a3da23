"""`dampipe tier status`"""

import click

from dampipe.features.tiers.cli.plan import say_rule
from dampipe.features.tiers.cli.words import money, size
from dampipe.features.tiers.errors import NO_POLICY
from dampipe.features.tiers.service import TierService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import NotFound
from dampipe.kernel.faces.console import json_option, print_json, say, service, table


@click.command(name="status")
@json_option
def status(as_json: bool) -> None:
    """What each source holds and costs, and how the assets stand by the policy."""
    tiers = service(TierService)
    usage = tiers.usage(LOCAL)
    try:
        standing = tiers.standing(LOCAL)
    except NotFound as error:
        if error.code != NO_POLICY.code:
            raise
        standing = None
    if as_json:
        print_json(
            {
                "sources": [one.model_dump(mode="json") for one in usage],
                "standing": None if standing is None else standing.model_dump(mode="json"),
            }
        )
        return
    numbers = ["files", "size", "archived", "leaving", "missing", "a month"]
    rows = [
        (
            one.tier,
            one.source,
            one.label,
            str(one.present.files),
            size(one.present.bytes),
            *(str(amount.files or "") for amount in (one.archived, one.leaving, one.missing)),
            money({one.currency: one.month}) if one.month else "",
        )
        for one in usage
    ]
    if rows:
        say(table(["tier", "source", "label", *numbers], rows, right=numbers))
    months: dict[str, float] = {}
    for one in usage:
        months[one.currency] = months.get(one.currency, 0.0) + one.month
    stated = {currency: amount for currency, amount in months.items() if amount}
    if stated:
        click.echo(f"all sources: {money(stated)} a month")
    if standing is None:
        click.echo("no policy yet: `dampipe tier policy apply FILE`")
        return
    for rule in standing.rules:
        say_rule(rule)
