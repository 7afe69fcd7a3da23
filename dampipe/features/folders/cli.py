"""`dampipe folders`"""

import os

import click

from dampipe.features.folders.model import FolderReport
from dampipe.features.folders.service import FolderService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.console import json_option, print_json, say, service, table
from dampipe.kernel.paths import is_url

PAGE = 500
"""Folders that are asked for at a time."""


@click.command(name="folders")
@click.argument("folder", required=False, metavar="[FOLDER]")
@json_option
def command(folder: str | None, as_json: bool) -> None:
    """List the folders in FOLDER with the number of assets in each and below it; without it, the sources."""
    folders = service(FolderService)
    of = folder if folder is None or is_url(folder) else os.path.abspath(folder)
    found: list[FolderReport] = []
    after = None
    while True:
        page = folders.children(LOCAL, of, after, PAGE)
        found += page.folders
        after = page.after
        if after is None:
            break
    if as_json:
        print_json(found)
        return
    rows = [(one.name, f"{one.assets:,}", one.path) for one in found]
    say(table(["folder", "assets", "path"], rows, right=["assets"]))
