"""`dampipe prune`"""

import click

from dampipe.features.assets.model import Pruned
from dampipe.kernel.faces.console import json_option, library, plural, print_json


@click.command(name="prune")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--source", help="Only missing files of this source.")
@click.option("--leftovers", is_flag=True, help="Delete derivatives that nothing refers to any more, too.")
@json_option
def command(dry_run: bool, source: str | None, leftovers: bool, as_json: bool) -> None:
    """Forget missing files, then whatever is in no place any more, with its derivatives and vectors.

    Footage itself is never touched. A file that comes back later is processed again.
    """
    upkeep = library().upkeep
    prune = upkeep.prune_plan if dry_run else upkeep.prune
    done = prune(source, leftovers=leftovers)
    if as_json:
        print_json(done)
    else:
        _print(done, "would go" if dry_run else "forgotten", leftovers)


def _print(done: Pruned, gone: str, leftovers: bool) -> None:
    for path in done.paths:
        click.echo(f"missing: {path}")
    if done.locations > len(done.paths):
        click.echo(f"and {done.locations - len(done.paths)} more")
    click.echo(
        f"{gone}: {plural(done.locations, 'missing file')}, {plural(done.assets, 'asset')}, "
        f"{plural(done.vectors, 'vector')}, {plural(done.derivatives, 'derivative')} ({done.bytes:,} bytes)"
    )
    if leftovers:
        click.echo(f"{gone}: {plural(done.leftovers, 'leftover')} ({done.leftover_bytes:,} bytes)")
    if done.unidentified:
        waiting = plural(done.unidentified, "file waits for its hash", "files wait for their hashes")
        click.echo(f"{waiting} and may be an asset that has moved: assets are kept for now")
