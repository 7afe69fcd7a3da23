"""`dampipe version carry`"""

import sys

import click

from dampipe.features.alignment.model import CarriedReport, CarryRequest, Fate, TimeReport
from dampipe.features.alignment.service import CarryService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.faces.console import json_option, print_json, service


@click.command(name="carry")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.argument("times", nargs=-1, required=True, metavar="TIME...")
@json_option
def command(source: str, target: str, times: tuple[str, ...], as_json: bool) -> None:
    """Say where each TIME of the version FROM is in the version TO, to the frame.

    A TIME is seconds (12.5), ticks of a time base (300@1001/24000) or time code (01:00:12:12). Exit code 3 while
    it is not known, since a proxy is still to come.
    """
    found = service(CarryService).carry(LOCAL, CarryRequest(source=source, target=target, times=times))
    if as_json:
        print_json(found)
    else:
        for one in found.times:
            click.echo(f"{_words(one.time)}  {_answer(one)}")
    if any(one.fate is Fate.PENDING for one in found.times):
        sys.exit(ExitCode.FAILURES)


def _answer(one: CarriedReport) -> str:
    if one.carried is not None:
        return f"-> {_words(one.carried)}"
    if one.fate is Fate.PENDING:
        return "pending: a proxy or its signatures are still being made"
    left = [
        f"{side} it {_words(time)}" for side, time in (("before", one.before), ("after", one.after)) if time
    ]
    return f"gone; left {' and '.join(left)}" if left else "gone; nothing of it is left"


def _words(time: TimeReport) -> str:
    frame = f" frame {time.frame}" if time.frame is not None else ""
    code = f" {time.timecode}" if time.timecode is not None else ""
    return f"{time.seconds:.3f} s{frame}{code}"
