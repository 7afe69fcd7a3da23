"""`dampipe prune`"""

import click

from dampipe.features.pruning.model import Pruned, PruneRequest
from dampipe.features.pruning.service import PruneService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.console import json_option, plural, print_json, service


@click.command(name="prune")
@click.option("--dry-run", is_flag=True, help="Show what would be removed, and remove nothing.")
@click.option("--source", help="Only missing files of this source.")
@click.option(
    "--leftovers",
    is_flag=True,
    help="Also delete orphaned derivatives, which nothing refers to, and work folders of killed workers.",
)
@click.option(
    "--with-annotations",
    is_flag=True,
    help="Also remove assets that people wrote something about; asks first.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def command(
    dry_run: bool, source: str | None, leftovers: bool, with_annotations: bool, yes: bool, as_json: bool
) -> None:
    """Remove missing files from the catalogue, then assets without a file, with derivatives and vectors.

    Footage itself is never touched. A file that comes back later is processed again. Assets with tags are kept,
    and listed, unless --with-annotations is given.
    """
    request = PruneRequest(source=source, orphans=leftovers, annotations=with_annotations)
    pruning = service(PruneService)
    if with_annotations and not (dry_run or yes):
        lost = pruning.plan(LOCAL, PruneRequest(source=source, annotations=True)).annotated
        if lost:
            click.confirm(
                f"Delete what people wrote about {plural(lost, 'asset')}? It cannot be made again",
                abort=True,
                err=True,
            )
    done = pruning.plan(LOCAL, request) if dry_run else pruning.prune(LOCAL, request)
    if as_json:
        print_json(done)
    else:
        _print(done, "would be removed" if dry_run else "removed", request)


def _print(done: Pruned, verb: str, request: PruneRequest) -> None:
    annotated = f"{verb}, with tags" if request.annotations else "kept, since it has tags"
    for path in done.annotated_paths:
        click.echo(f"{annotated}: {path}")
    if done.annotated > len(done.annotated_paths):
        click.echo(f"{annotated}: {done.annotated - len(done.annotated_paths)} more")
    for path in done.paths:
        click.echo(f"missing: {path}")
    if done.locations > len(done.paths):
        click.echo(f"and {done.locations - len(done.paths)} more")
    click.echo(
        f"{verb}: {plural(done.locations, 'missing file')}, {plural(done.assets, 'asset')}, "
        f"{plural(done.vectors, 'vector')}, {plural(done.derivatives, 'derivative')} ({done.bytes:,} bytes)"
    )
    if request.orphans:
        click.echo(f"{verb}: {plural(done.leftovers, 'orphaned derivative')} ({done.leftover_bytes:,} bytes)")
        if done.work_folders:
            click.echo(f"{verb}: {plural(done.work_folders, 'leftover work folder')}")
    if done.unidentified:
        waiting = plural(done.unidentified, "file waits for its hash", "files wait for their hashes")
        click.echo(f"{waiting} and may be a moved asset: assets are kept for now")
