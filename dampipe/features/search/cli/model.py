"""`dampipe model list|use|info|forget`"""

from collections.abc import Sequence

import click

from dampipe.features.search.model import ModelReport
from dampipe.features.search.model_service import ModelService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table
from dampipe.kernel.home import config_file


@click.group(name="model")
def command() -> None:
    """List embedding models, and choose one."""


@command.command(name="list")
@click.option("--all", "everything", is_flag=True, help="List every model that open_clip can fetch by name.")
@json_option
def list_(everything: bool, as_json: bool) -> None:
    """List the model in use, those that have vectors, and some suggestions."""
    found = service(ModelService).all(LOCAL, everything)
    if as_json:
        print_json(found)
        return
    rows = [
        (
            m.name,
            m.licence or "unknown",
            f"{m.size or '?'}",
            "here" if m.weights_here else "",
            str(m.assets),
            _role(m),
        )
        for m in found
    ]
    heads = ["model", "licence", "px", "weights", "assets", ""]
    say(table(heads, rows, right=["px", "assets"]))


@command.command(name="info")
@click.argument("name")
@json_option
def info(name: str, as_json: bool) -> None:
    """Show one model: licence, frames, weights, how many assets have vectors of it."""
    found = service(ModelService).info(LOCAL, name)
    if as_json:
        print_json(found)
        return
    _print(_facts(found, _role(found)))


@command.command(name="use")
@click.argument("name")
def use(name: str) -> None:
    """Write the model into dampipe.toml. Search answers from the old one until the new one is complete."""
    found = service(ModelService).choose(LOCAL, name)
    _print(_facts(found, found.note))
    click.echo(f"model = {found.name!r} is in {config_file()}")
    if found.problem:
        click.echo(
            f"It cannot be used here: {found.problem}. Nothing is embedded until that is fixed.", err=True
        )
    again = "assets without vectors of it are embedded" if found.assets else "all footage is embedded again"
    restart = "Then restart" if found.problem else "Restart"
    click.echo(f"{restart} `dampipe up` and every worker: {again} in the background.")


@command.command(name="forget")
@click.argument("name")
def forget(name: str) -> None:
    """Remove the vectors of a model that is no longer used."""
    count = service(ModelService).forget(LOCAL, name)
    click.echo(f"{plural(count, 'vector')} of {name} removed")


def _role(model: ModelReport) -> str:
    if model.used:
        role = "in use" if model.answers else "in use; an older one answers search until this one is complete"
    else:
        role = "answers search until the one in use is complete" if model.answers else model.note
    return "; ".join(filter(None, [role, model.problem]))


def _facts(model: ModelReport, note: str) -> Sequence[tuple[str, str]]:
    needs = f"; needs the package {model.needs}" if model.needs else ""
    elsewhere = "not on this machine" if model.problem else "fetched when first used"
    return [
        ("model", model.name),
        ("licence of the weights", model.licence or "unknown: ask its publisher before commercial use"),
        ("frames", f"{model.size} × {model.size} px"),
        ("weights", ("on this machine" if model.weights_here else elsewhere) + needs),
        ("assets with vectors", str(model.assets)),
        *([("", note)] if note else []),
    ]


def _print(facts: Sequence[tuple[str, str]]) -> None:
    say(table(["", ""], facts))
