"""`dampipe backup` and `dampipe restore`"""

from pathlib import Path

import click

from dampipe.features.backup.service import BackupService, restore_backup
from dampipe.features.search.index_admin import IndexService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import Unavailable
from dampipe.kernel.faces.arguments import not_empty
from dampipe.kernel.faces.console import json_option, print_json, service
from dampipe.kernel.home import home_folder


@click.command(name="backup")
@click.argument("to", metavar="FILE|FOLDER", callback=not_empty)
@json_option
def backup(to: str, as_json: bool) -> None:
    """Write the catalogue and the settings file into one file, while the deployment continues.

    These are what people wrote and what takes longest to make: tags, metadata, vectors. Footage and derivatives are
    not part of it. FILE must not exist; a folder gets a file named by the time. Only you can read it: settings may
    hold passwords.
    """
    done = service(BackupService).backup(LOCAL, Path(to).absolute())
    if as_json:
        print_json(done)
        return
    click.echo(f"{done.path} ({done.bytes:,} bytes, {done.seconds:.1f} s)")
    if not done.settings:
        click.echo("there is no settings file; settings of the environment are not part of a backup")


@click.command(name="restore")
@click.argument("file", metavar="FILE", callback=not_empty)
@click.option("--force", is_flag=True, help="Move the catalogue that is there aside.")
@json_option
def restore(file: str, force: bool, as_json: bool) -> None:
    """Bring a backup back into an empty home folder (DAMPIPE_HOME), and rebuild the vector index.

    The archive is verified first; a deployment must not be running. An existing settings file is kept, and that of
    the backup is written beside it.
    """
    done = restore_backup(Path(file).absolute(), home_folder(), force)
    indexes = service(IndexService)  # runs the migrations
    try:
        reports = indexes.rebuild(LOCAL, lambda model: click.echo(f"building the index of {model}", err=True))
    except Unavailable:  # the setting vectors is none
        reports = []
    if as_json:
        print_json(done)
        return
    click.echo(f"{done.catalogue}: as of {done.created_at}, written by dampipe {done.version}")
    if done.settings:
        click.echo(f"settings: {done.settings}")
    if done.moved_aside:
        click.echo(f"the catalogue that was there is {done.moved_aside} now")
    for report in reports:
        click.echo(f"index of {report.name}: {report.vectors:,} vectors")
    click.echo(
        "`dampipe check` says which derivatives are missing, `dampipe check --repair` makes them again"
    )
