"""`dampipe model list|use|info|forget`"""

import os
from collections.abc import Sequence

import click

from dampipe.features.search.model import ModelReport
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.faces.console import json_option, library, plural, print_json, say, table
from dampipe.kernel.home import config_file
from dampipe.kernel.settings.file import write_setting


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
    say(table(heads, rows, right=["px", "assets"]))


@command.command(name="info")
@click.argument("name")
@json_option
def info(name: str, as_json: bool) -> None:
    """One model: licence, frames, weights, how many assets have vectors of it."""
    found = library().models.info(name)
    if as_json:
        print_json(found)
        return
    _print(_facts(found, _role(found)))


@command.command(name="use")
@click.argument("name")
def use(name: str) -> None:
    """Name the model in dampipe.toml. Search answers from the old one until the new one is complete."""
    if "DAMPIPE_MODEL" in os.environ:
        raise InvalidInput("DAMPIPE_MODEL is set in the environment and wins", hint="change it there")
    found = library().models.info(name)
    write_setting("model", found.name)
    _print(_facts(found, found.note))
    click.echo(f"model = {found.name!r} is in {config_file()}")
    if found.problem:
        click.echo(
            f"It cannot be used here: {found.problem}. Until that is mended nothing is embedded.", err=True
        )
    again = "what has no vectors of it is embedded" if found.assets else "they embed all footage again"
    restart = "Then restart" if found.problem else "Restart"
    click.echo(f"{restart} `dampipe up` and every worker: {again} in the background.")


@command.command(name="forget")
@click.argument("name")
def forget(name: str) -> None:
    """Remove the vectors of a model that is no longer used."""
    count = library().models.forget(name)
    click.echo(f"{plural(count, 'vector')} of {name} forgotten")


def _role(model: ModelReport) -> str:
    if model.used:
        what = "in use" if model.answers else "in use; an older one answers search until this one is complete"
    else:
        what = "answers search until the one in use is complete" if model.answers else model.note
    return "; ".join(filter(None, [what, model.problem]))


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
