"""`dampipe version list|stack|split|make-current|undo`"""

import click

from dampipe.features.versions.model import (
    Metadata,
    OperationKind,
    OperationReport,
    SplitRequest,
    StackRequest,
    VersionList,
)
from dampipe.features.versions.service import VersionService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.console import json_option, print_json, say, service, table
from dampipe.kernel.timecode import clock


@click.group(name="version")
def command() -> None:
    """Stack and split the versions of assets. An asset is named by any of its versions: SHA-1, first digits or path."""


@command.command(name="list")
@click.argument("asset")
@json_option
def list_(asset: str, as_json: bool) -> None:
    """List the versions of ASSET, newest first, and what was done with them."""
    _show(service(VersionService).list(LOCAL, asset), as_json)


@command.command(name="stack")
@click.argument("asset")
@click.argument("others", nargs=-1, required=True)
@json_option
def stack(asset: str, others: tuple[str, ...], as_json: bool) -> None:
    """Make OTHERS versions of ASSET, which gets their tags and other metadata; its current version stays current."""
    done = service(VersionService).stack(LOCAL, StackRequest(asset=asset, others=others))
    if as_json:
        print_json(done)
    else:
        for one in done:
            click.echo(_text(one))


@command.command(name="split")
@click.argument("version")
@click.option(
    "--metadata",
    type=click.Choice(tuple(map(str, Metadata))),
    default=str(Metadata.BOTH),
    show_default=True,
    help="Which asset has the tags and other metadata afterwards: both, the old one or the new one.",
)
@json_option
def split(version: str, metadata: str, as_json: bool) -> None:
    """Make VERSION an asset of its own."""
    done = service(VersionService).split(LOCAL, SplitRequest(version=version, metadata=Metadata(metadata)))
    print_json(done) if as_json else click.echo(_text(done))


@command.command(name="make-current")
@click.argument("version")
@json_option
def make_current(version: str, as_json: bool) -> None:
    """Make VERSION the one that stands for its asset."""
    _show(service(VersionService).make_current(LOCAL, version), as_json)


@command.command(name="undo")
@click.argument("asset")
@json_option
def undo(asset: str, as_json: bool) -> None:
    """Undo what was last stacked, split or recognized as a version of ASSET."""
    done = service(VersionService).undo(LOCAL, asset)
    print_json(done) if as_json else click.echo(f"undone: {_text(done)}")


def _text(done: OperationReport) -> str:
    """What was done, and who keeps what."""
    if done.kind is OperationKind.SPLIT:
        text = f"{done.other} was split from {done.asset}"
    else:
        text = f"{done.other} is a version of {done.asset}"
    whose = "the new one" if done.kept_by is Metadata.NEW else "both"
    return "; ".join([text, *(f"{name} of {whose}: {what}" for name, what in done.metadata.items())])


def _show(found: VersionList, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    rows = [
        (
            "current"
            if version.superseded_at is None
            else f"{version.superseded_at.astimezone():%Y-%m-%d %H:%M}",
            version.sha1,
            f"{version.size:,}",
            "" if version.duration is None else clock(version.duration),
            version.codec or "",
            version.paths[0] if version.paths else version.name,
        )
        for version in found.versions
    ]
    say(table(["until", "version", "bytes", "length", "codec", "file"], rows, right=["bytes", "length"]))
    if found.replaces is not None:
        click.echo(f"perhaps a version of {found.replaces}: its preview will show it")
    for operation in found.operations:
        click.echo(f"{operation.at.astimezone():%Y-%m-%d %H:%M} {operation.actor}: {_text(operation)}")
