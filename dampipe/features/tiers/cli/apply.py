"""`dampipe tier apply|pause|resume|cancel NUMBER`"""

import math

import click

from dampipe.features.tiers.apply import PlanMoves
from dampipe.features.tiers.cli.plan import say_plan
from dampipe.features.tiers.cli.words import size
from dampipe.features.tiers.model import ActionKind, ActionState, PlanState
from dampipe.features.tiers.plan_reports import PlanReport
from dampipe.features.tiers.plans import ENDED, OVER
from dampipe.features.tiers.service import TierService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.faces.console import json_option, print_json, service
from dampipe.kernel.polling import poll

_number = click.argument("number", type=WholeNumber(1))


@click.command(name="apply")
@_number
@click.option("--yes", is_flag=True, help="Accept any cost.")
@click.option(
    "--wait", is_flag=True, help="Wait until nothing is left to do but deletions whose time has not come."
)
@json_option
def apply(number: int, yes: bool, wait: bool, as_json: bool) -> None:
    """Have workers do what a plan says: copy, read back, and delete what enough verified copies are there of.

    Ctrl-C ends the waiting, not the plan.
    """
    moves = service(PlanMoves)
    cost = "" if yes else moves.asked_cost(number)
    if cost:
        click.confirm(f"Apply plan {number} for {cost}?", abort=True, err=as_json)
    moves.apply(LOCAL, number, accepts_cost=yes or bool(cost))
    if wait:
        _end(_followed(number, quiet=as_json), as_json)
    elif as_json:
        print_json(service(TierService).show_plan(LOCAL, number))
    else:
        click.echo(f"plan {number} is running; `dampipe tier plan show {number}` shows how far it is")


def _followed(number: int, quiet: bool) -> PlanReport:
    """Wait until a plan is over, or only waits for times of grace; returns its report."""
    tiers = service(TierService)
    said = ""
    for report in poll(lambda: tiers.show_plan(LOCAL, number), least=0.2, most=math.inf):
        text = _progress(report)
        if text != said and not quiet:
            click.echo(text, err=True)
        said = text
        left = {one.state for one in report.states} - {*ENDED}
        if report.state in OVER or report.state is PlanState.PAUSED or left == {ActionState.LEAVING}:
            return report
    raise AssertionError("polling never ends")


def _progress(report: PlanReport) -> str:
    copies = [one for one in report.states if one.kind is ActionKind.COPY]
    done = [one for one in report.states if one.state in ENDED]
    copied = sum(one.bytes for one in copies if one.state in ENDED)
    text = f"{sum(one.files for one in done)} of {sum(one.files for one in report.states)} actions"
    if copies:
        text += f", {size(copied)} of {size(sum(one.bytes for one in copies))} copied"
    return f"{text}; {report.problem}" if report.problem else text


def _end(report: PlanReport, as_json: bool) -> None:
    if as_json:
        print_json(report)
    else:
        say_plan(report)
    if any(one.state is ActionState.FAILED for one in report.states):
        click.get_current_context().exit(ExitCode.FAILURES)


@click.command(name="pause")
@_number
def pause(number: int) -> None:
    """Have no further file of a plan moved or deleted; what is being copied stops within seconds."""
    service(PlanMoves).pause(LOCAL, number)
    click.echo(f"plan {number} is paused; `dampipe tier resume {number}` continues it")


@click.command(name="resume")
@_number
def resume(number: int) -> None:
    """Continue a paused plan."""
    service(PlanMoves).resume(LOCAL, number)
    click.echo(f"plan {number} is running")


@click.command(name="cancel")
@_number
def cancel(number: int) -> None:
    """End a plan: the copies that it has made stay, and so do the files that are leaving."""
    service(PlanMoves).cancel(LOCAL, number)
    click.echo(f"plan {number} is cancelled")
