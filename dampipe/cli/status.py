"""`dampipe status`"""

import click
from rich.console import Group
from rich.text import Text

from dampipe.cli.output import console, json_option, library, plural, print_json, table
from dampipe.cli.scan import scan_table
from dampipe.domain.reports import Status


@click.command(name="status")
@json_option
def command(as_json: bool) -> None:
    """What is waiting, running, done and failed, by stage; the latest scans; the workers."""
    status = library().status()
    if as_json:
        print_json(status)
    else:
        console().print(render(status))


def render(status: Status) -> Group:
    """The status as a person reads it."""
    stages = table(
        ["stage", "waiting", "running", "done", "failed", "skipped", "on hold"],
        [
            (name, *(str(n) for n in (c.waiting, c.running, c.done, c.failed, c.skipped, c.on_hold)))
            for name, c in status.stages.items()
        ],
        right=["waiting", "running", "done", "failed", "skipped", "on hold"],
    )
    workers = table(
        ["worker", "queues", "machine"],
        [
            (w.name, ", ".join(w.queues), ", ".join(f"{k} {_plain(v)}" for k, v in w.facts.items()))
            for w in status.workers
        ],
    )
    head = f"{plural(status.assets, 'asset')} at {plural(status.locations, 'location')}"
    parts: list[object] = [Text(head), Text(""), stages]
    if status.scans:
        parts += [Text(""), scan_table(status.scans)]
    nobody = Text("no worker is running: start one with `dampipe up` or `dampipe worker`")
    parts += [Text(""), workers if status.workers else nobody]
    return Group(*parts)  # type: ignore[arg-type]


def _plain(value: object) -> str:
    return "+".join(map(str, value)) if isinstance(value, list) else str(value)
