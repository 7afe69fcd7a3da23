"""`dampipe model list|use|info|forget`"""

import os
from collections.abc import Sequence

import click

from dampipe.cli.output import console, json_option, library, plural, print_json, table
from dampipe.domain.errors import InvalidInput
from dampipe.domain.reports import ModelReport
from dampipe.settings import config_file, write_setting


@click.group(name="model")
def command() -> None:
    """List embedding models, and choose one."""


@command.command(name="list")
@click.option("--all", "everything", is_flag=True, help="Every model that open_clip can fetch by name.")
@json_option
def list_(everything: bool, as_json: bool) -> None:
    """The model in use, those that have vectors, and some worth a thought."""
    found = library().models.all(everything)
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
    console().print(table(heads, rows, right=["px", "assets"]))


@command.command(name="info")
@click.argument("name")
@json_option
def info(name: str, as_json: bool) -> None:
    """One model: licence, frames, weights, how many assets have vectors of it."""
    found = library().models.info(name)
    if as_json:
        print_json(found)
        return
    console().print(table(["", ""], _facts(found)))


@command.command(name="use")
@click.argument("name")
def use(name: str) -> None:
    """Name the model in dampipe.toml. Search answers from the old one until the new one is complete."""
    if "DAMPIPE_MODEL" in os.environ:
        raise InvalidInput("DAMPIPE_MODEL is set in the environment and wins", hint="change it there")
    found = library().models.info(name)
    write_setting("model", name)
    console().print(table(["", ""], _facts(found)))
    click.echo(f"model = {name!r} is in {config_file()}")
    click.echo("Restart `dampipe up` and every worker: they embed all footage again in the background.")


@command.command(name="forget")
@click.argument("name")
def forget(name: str) -> None:
    """Remove the vectors of a model that is no longer used."""
    count = library().models.forget(name)
    click.echo(f"{plural(count, 'vector')} of {name} forgotten")


def _role(model: ModelReport) -> str:
    if model.used:
        return "in use" if model.answers else "in use; complete soon, the old one answers search"
    return "answers search until the new one is complete" if model.answers else model.note


def _facts(model: ModelReport) -> Sequence[tuple[str, str]]:
    needs = f"; needs the package {model.needs}" if model.needs else ""
    return [
        ("model", model.name),
        ("licence of the weights", model.licence or "unknown: ask its publisher before commercial use"),
        ("frames", f"{model.size} × {model.size} px"),
        ("weights", ("on this machine" if model.weights_here else "fetched when first used") + needs),
        ("assets", str(model.assets)),
        ("", _role(model)),
    ]
