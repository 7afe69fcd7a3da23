"""`dampipe workflow list|show|check|try|apply|diagram|move|assign|due|tasks|history`"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from tzlocal import get_localzone_name

from dampipe.features.assets.selected import Selected
from dampipe.features.workflow.model import (
    Blocked,
    Changed,
    HistoryEntry,
    MoveReport,
    MoveRequest,
    Reason,
    Trial,
    WorkflowReport,
)
from dampipe.features.workflow.service import WorkflowService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table
from dampipe.kernel.paths import printable


@click.group(name="workflow")
def command() -> None:
    """Move assets through the states of a workflow, and define it.

    A DEFINITION is a TOML file, the key of one that comes with dampipe (none, review, archive), or the number of a
    version that was applied.
    """


def _pairs(
    _: click.Context, parameter: click.Parameter, given: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    found = []
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise click.BadParameter(f"{text!r} is not {parameter.metavar}")
        found.append((name.strip(), value.strip()))
    return tuple(found)


map_option = click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="OLD=NEW",
    callback=_pairs,
    help="Where assets go whose state the definition does not have; may be given several times.",
)
filter_option = click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="FIELD=VALUE",
    callback=_pairs,
    help="Instead of assets: all that pass this filter of a search; may be given several times.",
)


def _selected(assets: Sequence[str], filters: Sequence[tuple[str, str]]) -> Selected:
    by_field: dict[str, tuple[str, ...]] = {}
    for name, value in filters:
        by_field[name] = (*by_field.get(name, ()), value)
    return Selected(assets=tuple(assets), filters=by_field)


def _toml(definition: str | None) -> str:
    """The text of a file, or of a definition that dampipe knows."""
    if definition is not None and (definition.endswith(".toml") or Path(definition).is_file()):
        try:
            return Path(definition).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            problem = getattr(error, "strerror", None) or "it is not UTF-8"
            raise click.UsageError(f"{printable(definition)} cannot be read: {problem}") from None
    return service(WorkflowService).definition(LOCAL, definition).toml


@command.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """List the definitions that come with dampipe, and those that were applied."""
    found = service(WorkflowService).definitions(LOCAL)
    if as_json:
        print_json(found)
        return
    rows = [
        (
            one.key,
            one.label,
            "" if one.version is None else str(one.version),
            _time(one.applied_at),
            one.applied_by or "",
            "active" if one.active else "",
        )
        for one in found
    ]
    say(table(["key", "label", "version", "applied", "by", ""], rows, right=["version"]))


@command.command(name="show")
@click.argument("definition", required=False)
@json_option
def show(definition: str | None, as_json: bool) -> None:
    """Show the workflow of the library, with the number of assets in each state; or the text of a DEFINITION."""
    if definition is not None:
        found = service(WorkflowService).definition(LOCAL, definition)
        if as_json:
            print_json(found)
        else:
            click.echo(found.toml, nl=not found.toml.endswith("\n"))
        return
    report = service(WorkflowService).workflow(LOCAL)
    if as_json:
        print_json(report)
    else:
        _show(report)


def _show(report: WorkflowReport) -> None:
    if not report.states:
        click.echo("no workflow: `dampipe workflow apply review` turns one on")
        return
    click.echo(f"{report.label} (version {report.version}, applied by {report.applied_by})")
    states = [(one.key, one.label, str(one.assets), "final" if one.final else "") for one in report.states]
    moves = [
        (one.key, ", ".join(one.sources), one.to, one.who, ", ".join(one.guards))
        for one in report.transitions
    ]
    say(table(["state", "label", "assets", ""], states, right=["assets"]))
    click.echo()
    say(table(["transition", "from", "to", "who", "guards"], moves))
    if report.elsewhere:
        click.echo(
            f"{plural(report.elsewhere, 'asset')} in states that the workflow does not have: apply it again"
        )


@command.command(name="check")
@click.argument("definition", required=False)
@map_option
@json_option
def check(definition: str | None, mapping: tuple[tuple[str, str], ...], as_json: bool) -> None:
    """Check DEFINITION, or the active one, for what can never work. The exit code is 3 if there is anything."""
    found = service(WorkflowService).check(LOCAL, _toml(definition), dict(mapping))
    if as_json:
        print_json(found)
    elif not found:
        click.echo("nothing is wrong with the definition")
    else:
        _show_reasons(found)
    if found:
        click.get_current_context().exit(ExitCode.FAILURES)


def _show_reasons(reasons: Sequence[Reason]) -> None:
    for one in reasons:
        click.echo(f"{one.text}\n  {one.hint}" if one.hint else one.text)


@command.command(name="try")
@click.argument("definition", required=False)
@map_option
@json_option
def try_(definition: str | None, mapping: tuple[tuple[str, str], ...], as_json: bool) -> None:
    """Show what DEFINITION would mean for the library, and which assets would be stuck. Nothing is written.

    The exit code is 3 if it cannot be applied.
    """
    trial = service(WorkflowService).trial(LOCAL, _toml(definition), dict(mapping))
    if as_json:
        print_json(trial)
    else:
        _show_trial(trial)
    if not trial.fits:
        click.get_current_context().exit(ExitCode.FAILURES)


def _show_trial(trial: Trial) -> None:
    _show_reasons(trial.faults)
    for gone in trial.removed:
        where = f"go to {gone.to}" if gone.to else f"need a map: --map {gone.key}=STATE"
        click.echo(
            f"{plural(gone.assets, 'asset')} in {gone.key}, which the definition does not have: they {where}"
        )
    rows = [
        (one.key, str(one.assets), str(one.stuck), ", ".join(f"{key} {n}" for key, n in one.possible.items()))
        for one in trial.states
    ]
    if rows:
        say(
            table(
                ["state", "assets", "stuck", "possible moves"],
                rows,
                right=["assets", "stuck"],
                alarm=["stuck"],
            )
        )
    for state in trial.states:
        _show_blocked(state.blocked, f"{state.key}: ")
    click.echo("it can be applied" if trial.fits else "it cannot be applied as it is")


def _show_blocked(blocked: Sequence[Blocked], before: str = "") -> None:
    for one in blocked:
        names = ", ".join(example.name for example in one.examples)
        more = ", …" if one.assets > len(one.examples) else ""
        click.echo(
            f"{before}{plural(one.assets, 'asset')} cannot {one.transition}: {one.reason.text} ({names}{more})"
        )


@command.command(name="apply")
@click.argument("definition")
@map_option
@json_option
def apply(definition: str, mapping: tuple[tuple[str, str], ...], as_json: bool) -> None:
    """Make DEFINITION the workflow of the library. No asset changes its state but by the map."""
    done = service(WorkflowService).apply(LOCAL, _toml(definition), dict(mapping))
    if as_json:
        print_json(done)
    else:
        moved = f"; {plural(done.moved, 'asset')} moved by the map" if done.moved else ""
        click.echo(f"the workflow is {done.key} now, version {done.version}{moved}")


@command.command(name="diagram")
@click.argument("definition", required=False)
def diagram(definition: str | None) -> None:
    """Print DEFINITION, or the active one, as a state diagram of Mermaid."""
    click.echo(service(WorkflowService).diagram(LOCAL, _toml(definition)), nl=False)


@command.command(name="move")
@click.argument("transition")
@click.argument("assets", nargs=-1)
@filter_option
@click.option("--comment", default="", help="Why; some transitions need one.")
@click.option("--dry-run", is_flag=True, help="Show what would happen, and write nothing.")
@json_option
def move(
    transition: str,
    assets: tuple[str, ...],
    filters: tuple[tuple[str, str], ...],
    comment: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Have assets make TRANSITION. The exit code is 3 if some did not."""
    selected = _selected(assets, filters)
    report = service(WorkflowService).move(
        LOCAL,
        MoveRequest(
            transition=transition,
            **selected.model_dump(),
            comment=comment,
            dry_run=dry_run,
        ),
    )
    if as_json:
        print_json(report)
    else:
        _show_moved(report)
    if report.refused:
        click.get_current_context().exit(ExitCode.FAILURES)


def _show_moved(report: MoveReport) -> None:
    click.echo(
        f"{plural(report.moved, 'asset')} {'would move' if report.dry_run else 'moved'} to {report.to}"
    )
    _show_blocked(report.blocked)


@command.command(name="assign")
@click.argument("assets", nargs=-1)
@click.option("--to", "assignee", metavar="USER", help="To this user.")
@click.option("--clear", is_flag=True, help="To no user any more.")
@filter_option
@json_option
def assign(
    assets: tuple[str, ...],
    assignee: str | None,
    clear: bool,
    filters: tuple[tuple[str, str], ...],
    as_json: bool,
) -> None:
    """Assign assets to a user, whose task they are until they are in a final state."""
    if (assignee is None) != clear:
        raise click.UsageError("give --to or --clear")
    done = service(WorkflowService).assign(LOCAL, _selected(assets, filters), assignee)
    _show_changed(done, f"assigned to {assignee}" if assignee else "assigned to no user", as_json)


@command.command(name="due")
@click.argument("assets", nargs=-1)
@click.option(
    "--on", "due", metavar="TIME", help="A date (the end of that day) or a time in the form of ISO 8601."
)
@click.option("--clear", is_flag=True, help="Take the due date away.")
@click.option("--zone", help="Time zone of TIME, such as Europe/Berlin; by default that of this machine.")
@filter_option
@json_option
def due_(
    assets: tuple[str, ...],
    due: str | None,
    clear: bool,
    zone: str | None,
    filters: tuple[tuple[str, str], ...],
    as_json: bool,
) -> None:
    """Set when the work on assets is due."""
    if (due is None) != clear:
        raise click.UsageError("give --on or --clear")
    if due is not None and zone is None and not _has_offset(due):
        zone = get_localzone_name()
    done = service(WorkflowService).set_due(LOCAL, _selected(assets, filters), due, zone)
    _show_changed(done, f"due {due}" if due else "due at no time", as_json)


def _has_offset(text: str) -> bool:
    try:
        return datetime.fromisoformat(text.strip()).utcoffset() is not None
    except ValueError:
        return False


def _show_changed(done: Changed, what: str, as_json: bool) -> None:
    if as_json:
        print_json(done)
    else:
        same = f", {done.unchanged} already" if done.unchanged else ""
        click.echo(f"{plural(done.changed, 'asset')} {what}{same}")


@command.command(name="tasks")
@click.option("--of", "assignee", metavar="USER", help="Only those of this user.")
@click.option("--limit", type=WholeNumber(1, 10_000), default=100, show_default=True, help="Tasks at most.")
@json_option
def tasks(assignee: str | None, limit: int, as_json: bool) -> None:
    """List the assets that are assigned and not in a final state, the most urgent first."""
    found = service(WorkflowService).tasks(LOCAL, assignee, limit=limit)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no tasks")
    else:
        rows = [
            (
                one.assignee or "",
                f"{one.due:%Y-%m-%d %H:%M} {one.zone}{' (overdue)' if one.overdue else ''}"
                if one.due
                else "",
                one.label,
                one.asset[:10],
                one.name,
            )
            for one in found
        ]
        say(table(["assigned to", "due", "state", "asset", "name"], rows))


@command.command(name="history")
@click.argument("asset")
@click.option("--limit", type=WholeNumber(1, 10_000), default=100, show_default=True, help="Entries at most.")
@json_option
def history(asset: str, limit: int, as_json: bool) -> None:
    """Show what happened to ASSET in the workflow, newest first."""
    found = service(WorkflowService).history(LOCAL, asset, limit)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("nothing yet")
    else:
        say(table(["when", "who", "what"], [(_time(one.at), one.actor, _entry(one)) for one in found]))


def _entry(one: HistoryEntry) -> str:
    if one.what == "assigned":
        return f"assigned to {one.assignee}" if one.assignee else "assigned to no user"
    if one.what == "due":
        return f"due {one.due}" if one.due else "due at no time"
    comment = f": {one.comment}" if one.comment else ""
    return f"{one.transition}, from {one.source} to {one.to}{comment}"


def _time(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone():%Y-%m-%d %H:%M}"
