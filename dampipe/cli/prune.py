"""`dampipe prune`"""

import click

from dampipe.cli.output import json_option, library, plural, print_json
from dampipe.domain.reports import Pruned


@click.command(name="prune")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--source", help="Only missing files of this source.")
@json_option
def command(dry_run: bool, source: str | None, as_json: bool) -> None:
    """Forget missing files, then whatever is in no place any more, with its derivatives and vectors.

    Footage itself is never touched. A file that comes back later is processed again.
    """
    upkeep = library().upkeep
    done = upkeep.prune_plan(source) if dry_run else upkeep.prune(source)
    if as_json:
        print_json(done)
    else:
        _print(done, "would go" if dry_run else "forgotten")


def _print(done: Pruned, gone: str) -> None:
    for path in done.paths:
        click.echo(f"missing: {path}")
    if done.locations > len(done.paths):
        click.echo(f"and {done.locations - len(done.paths)} more")
    click.echo(
        f"{gone}: {plural(done.locations, 'missing file')}, {plural(done.assets, 'asset')}, "
        f"{plural(done.vectors, 'vector')}, {plural(done.derivatives, 'derivative')} ({done.bytes:,} bytes)"
    )
    if done.unidentified:
        waiting = plural(done.unidentified, "file waits for its hash", "files wait for their hashes")
        click.echo(f"{waiting} and may be an asset that has moved: assets are kept for now")
