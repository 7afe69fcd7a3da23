"""`dampipe tier plan [list|show]`"""

import click

from dampipe.features.tiers.cli.words import hours, local_time, money, size
from dampipe.features.tiers.estimate import Charge, PlanEstimate, PlanLine, RuleReport
from dampipe.features.tiers.model import ActionKind, ActionState, PlanState
from dampipe.features.tiers.plan_reports import ActionReport, PlanReport
from dampipe.features.tiers.policy import DAY
from dampipe.features.tiers.service import TierService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table

_VERBS = {
    ActionKind.COPY: "copy",
    ActionKind.RECLASS: "change the class",
    ActionKind.DELETE: "delete",
}


@click.group(name="plan", invoke_without_command=True)
@click.option("--rule", metavar="NAME", help="Only for the assets of this rule of the policy.")
@json_option
@click.pass_context
def plan(context: click.Context, rule: str | None, as_json: bool) -> None:
    """Make a plan by the policy in force, and show what it would move and cost. It moves nothing."""
    if context.invoked_subcommand is not None:
        if rule is not None or as_json:
            raise click.UsageError("give the options after the name of the command")
        return
    made = service(TierService).make_plan(LOCAL, rule)
    if as_json:
        print_json(made)
    else:
        say_plan(made)


@plan.command(name="list")
@click.option(
    "-n", "--limit", default=20, show_default=True, type=WholeNumber(1, 1000), help="Number of plans."
)
@json_option
def list_(limit: int, as_json: bool) -> None:
    """List plans, newest first."""
    found = service(TierService).plans(LOCAL, limit)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no plans yet: `dampipe tier plan`")
    else:
        rows = [
            (
                str(one.number), local_time(one.created_at), str(one.policy), one.state,
                str(one.estimate.copies.files), size(one.estimate.copies.bytes),
                str(one.estimate.deletes.files), size(one.estimate.deletes.bytes), one.problem,
            )
            for one in found
        ]  # fmt: skip
        numbers = ["copies", "size", "deletes", "freed"]
        columns = ["plan", "made at", "policy", "state", *numbers, ""]
        say(table(columns, rows, right=["plan", "policy", *numbers]))


@plan.command(name="show")
@click.argument("number", type=WholeNumber(1))
@click.option("--files", is_flag=True, help="List what is done to each file.")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([str(state) for state in ActionState]),
    help="With --files: only in this state; may be repeated.",
)
@json_option
def show(number: int, files: bool, states: tuple[str, ...], as_json: bool) -> None:
    """Show a plan, and how far it is."""
    if states and not files:
        raise click.UsageError("--state goes with --files")
    tiers = service(TierService)
    if not files:
        found = tiers.show_plan(LOCAL, number)
        if as_json:
            print_json(found)
        else:
            say_plan(found)
        return
    listed = tiers.actions(LOCAL, number, tuple(map(ActionState, states)))
    if as_json:
        print_json(listed)
    elif not listed:
        click.echo("none")
    else:
        columns = ["action", "what", "source", "path", "class", "size", "state", "", "rule"]
        say(table(columns, map(_row, listed), right=["action", "size"]))


def _row(action: ActionReport) -> tuple[str, ...]:
    return (
        str(action.number),
        _VERBS[action.kind],
        action.source,
        action.key,
        action.storage_class,
        size(action.size),
        action.state,
        action.detail or action.reason,
        action.rule,
    )


def say_plan(report: PlanReport) -> None:
    """Print a plan for people."""
    estimate = report.estimate
    click.echo(f"plan {report.number} by policy {report.policy}: {report.state}")
    if report.problem:
        click.echo(report.problem)
    if report.is_stale:
        click.echo("another policy is in force by now: what is not asked for any more is left out")
    if estimate.lines:
        _say_lines(estimate)
    _say_totals(estimate)
    for rule in estimate.rules:
        say_rule(rule)
    if report.state is PlanState.DRAFT:
        if estimate.is_empty:
            click.echo("nothing to do")
        else:
            click.echo(f"nothing was moved; `dampipe tier apply {report.number}` does")
    elif report.states:
        numbers = ["files", "size"]
        rows = [
            (_VERBS[one.kind], one.state, one.reason, str(one.files), size(one.bytes))
            for one in report.states
        ]
        say(table(["what", "state", "reason", *numbers], rows, right=numbers))


def _say_lines(estimate: PlanEstimate) -> None:
    numbers = ["files", "size", "read", "once", "a month", "time"]
    rows = [
        (
            line.rule,
            _VERBS[line.kind] + (f" to {line.storage_class}" if line.storage_class else ""),
            line.origin,
            f"{line.source} ({line.tier})",
            str(line.files),
            size(line.bytes),
            size(line.read_bytes) if line.read_bytes else "",
            _once(line.charges),
            _month(line.charges),
            _time(line),
        )
        for line in estimate.lines
    ]
    say(table(["rule", "what", "from", "source", *numbers], rows, right=numbers))


def _once(charges: tuple[Charge, ...]) -> str:
    found = {one.currency: one.once for one in charges if one.once}
    return money(found) if found else ""


def _month(charges: tuple[Charge, ...]) -> str:
    return " and ".join(f"{_signed(one.month)} {one.currency}" for one in charges if one.month)


def _signed(amount: float) -> str:
    """A difference of money; a small one with its first digit.

    >>> _signed(-12.345), _signed(0.00003)
    ('-12.35', '+3e-05')
    """
    return f"{amount:+.2f}" if abs(amount) >= 0.01 else f"{amount:+.1g}"


def _time(line: PlanLine) -> str:
    if line.kind is not ActionKind.COPY:
        return ""
    return "not known" if line.seconds is None else hours(round(line.seconds / 3600, 1))


def _say_totals(estimate: PlanEstimate) -> None:
    parts = [
        f"{plural(amount.files, 'file')} ({size(amount.bytes)}) to {verb}"
        for verb, amount in (
            ("copy", estimate.copies),
            ("move to another storage class", estimate.reclasses),
            ("delete", estimate.deletes),
        )
        if amount.files
    ]
    if parts:
        click.echo(", ".join(parts))
    for charge in estimate.charges:
        shares = {
            "egress": charge.egress,
            "requests": charge.requests,
            "early deletes": charge.early_delete,
        }
        named = ", ".join(
            f"{money({charge.currency: value})} {name}" for name, value in shares.items() if value
        )
        if named:
            click.echo(f"once: {money({charge.currency: charge.once})} ({named})")
        if charge.month:
            click.echo(f"each month: {_signed(charge.month)} {charge.currency}")
    if estimate.copies.files:
        known = estimate.seconds
        click.echo(
            "duration: not known, since a source does not state mb_per_s"
            if known is None
            else f"duration: {hours(round(known / 3600, 1))} for one worker"
        )
    if estimate.deletes.files:
        click.echo(f"files that may be deleted stay for {estimate.grace / DAY:g} days first")


def say_rule(rule: RuleReport) -> None:
    """Print how the assets of a rule stand."""
    click.echo(
        f"{rule.rule}: {plural(rule.assets, 'asset')}, {plural(rule.versions, 'content')} with files, "
        f"{rule.below} with fewer verified copies than asked for"
    )
    for amount, text in (
        (rule.unproved, "to be verified, so that they count as copies: `dampipe verify`"),
        (rule.no_destination, "for which there is no managed source to copy to"),
        (rule.not_readable, "to be restored before they can be copied: `dampipe tier restore`"),
        (rule.kept, "in other tiers that stay: needed, in a card, or in a source that is not managed"),
    ):
        if amount.files:
            click.echo(f"  {plural(amount.files, 'file')} ({size(amount.bytes)}) {text}")
    if rule.busy:
        click.echo(f"  {plural(rule.busy, 'content')} left out: another plan is at work on them")
