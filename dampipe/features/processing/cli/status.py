"""`dampipe status`"""

from datetime import datetime
from time import time

import click
from rich.console import Group
from rich.text import Text

from dampipe.features.processing.model import Status
from dampipe.features.processing.status import StatusService
from dampipe.features.scanning.cli.scan_table import scan_table
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.console import Listing, json_option, plural, print_json, say, service, table
from dampipe.kernel.timecode import clock

AWAY = "derivatives: their store is away or was emptied; `dampipe doctor` says more"


@click.command(name="status")
@json_option
def command(as_json: bool) -> None:
    """Show what waits, runs, is done and failed, by stage; the latest scans; the workers."""
    status = service(StatusService).status(LOCAL)
    if as_json:
        print_json(status)
    else:
        say(render(status))


def render(status: Status) -> Group:
    """The status as tables."""
    stages = table(
        ["stage", "waiting", "running", "done", "failed", "skipped", "on hold"],
        [
            (name, *(str(n) for n in (c.waiting, c.running, c.done, c.failed, c.skipped, c.on_hold)))
            for name, c in status.stages.items()
        ],
        right=["waiting", "running", "done", "failed", "skipped", "on hold"],
        alarm=["failed"],
    )
    workers = table(
        ["worker", "queues", "machine"],
        [
            (
                w.name,
                ", ".join(w.queues),
                ", ".join(f"{k.replace('_', ' ')} {_plain(v)}" for k, v in w.facts.items() if v or v == 0),
            )
            for w in status.workers
        ],
    )
    running = table(
        ["running", "file", "since", "done", "speed", "left", "machine"],
        [
            (
                r.stage,
                r.name,
                clock(time() - r.since),
                r.progress.amount if r.progress else "",
                r.progress.pace if r.progress else "",
                "" if r.progress is None or r.progress.left is None else clock(r.progress.left),
                r.machine,
            )
            for r in status.running
        ],
        right=["since", "done", "speed", "left"],
    )
    head = f"{plural(status.assets, 'asset')} at {plural(status.locations, 'location')}"
    parts: list[object] = [Text(head), Text(""), stages]
    if status.derivatives.away:
        parts.insert(1, Text(AWAY))
    elif status.derivatives.problem:
        parts.insert(1, Text(f"derivatives: {status.derivatives.problem}"))
    if status.running:
        parts += [Text(""), running]
    if status.scans:
        parts += [Text(""), scan_table(status.scans)]
    if status.subscribers:
        parts += [Text(""), _subscribers(status)]
    no_worker = Text("no worker is running: start one with `dampipe up` or `dampipe worker`")
    parts += [Text(""), workers if status.workers else no_worker]
    return Group(*parts)  # type: ignore[arg-type]


def _subscribers(status: Status) -> Listing:
    return table(
        ["subscriber", "behind", "again", "at event", "problem"],
        [
            (
                one.name,
                str(one.behind),
                datetime.fromtimestamp(one.again_at).strftime("%H:%M:%S") if one.again_at else "",
                f"{one.problem_event.seq} {one.problem_event.name}" if one.problem_event else "",
                one.problem or "",
            )
            for one in status.subscribers
        ],
        right=["behind"],
    )


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key} {_plain(one)}" for key, one in value.items())
    return "+".join(map(str, value)) if isinstance(value, list) else str(value)
