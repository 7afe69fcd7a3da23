"""`dampipe source add|list|check|remove`"""

import shlex

import click

from dampipe.features.sources.check import SourceChecks
from dampipe.features.sources.costs import costs_as_texts, parse_costs
from dampipe.features.sources.model import SourceReport, SourceRequest, Tier, VersionRule
from dampipe.features.sources.service import SourceService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.faces.arguments import not_empty
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table
from dampipe.kernel.paths import normal_path

_WORDS = {
    "reach": "answers",
    "list": "lists",
    "read": "may be read",
    "change": "changes",
    "write": "may be written to",
    "clock": "clock",
    "same": "another source",
    "space": "space",
}


@click.group(name="source")
def command() -> None:
    """Name the folders that hold footage, so that `dampipe sync` knows them."""


@command.command(name="add")
@click.argument("name")
@click.argument("path", type=click.Path(), callback=not_empty)
@click.option(
    "--include", multiple=True, metavar="PATTERN", help="Take only files that match; may be repeated."
)
@click.option(
    "--exclude", multiple=True, metavar="PATTERN", help="Skip matching files and folders; may be repeated."
)
@click.option(
    "--path-map", "path_maps", multiple=True, metavar="MACHINE:PATH",
    help="The folder's path on another machine; may be repeated.",
)  # fmt: skip
@click.option(
    "--versions", type=click.Choice(tuple(map(str, VersionRule))), default=str(VersionRule.FOOTAGE),
    show_default=True,
    help="A changed file is a version of its asset: film that shows the same footage, or every file at its path.",
)  # fmt: skip
@click.option(
    "--managed", is_flag=True, help="Let dampipe write to it, as imports do; without this, it is only read."
)
@click.option(
    "--tier", type=click.Choice(tuple(map(str, Tier))), default=str(Tier.HOT), show_default=True,
    help="How quickly its files can be read; policies name tiers.",
)  # fmt: skip
@click.option("--label", default="", metavar="TEXT", help='Where the medium is: "shelf B, LTO 17".')
@click.option(
    "--cost", "costs", multiple=True, metavar="KEY=VALUE",
    help="What it costs: gb_month=0.004, egress_gb=0.09, retrieval.bulk.hours=48 …; may be repeated.",
)  # fmt: skip
def add(
    name: str,
    path: str,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    path_maps: tuple[str, ...],
    versions: str,
    managed: bool,
    tier: str,
    label: str,
    costs: tuple[str, ...],
) -> None:
    """Name a folder of footage, or a URL such as s3://bucket/footage; nothing is read yet.

    The settings of a known folder are replaced.
    """
    request = SourceRequest(
        name=name,
        path=normal_path(path),
        include=include,
        exclude=exclude,
        path_maps=dict(_split(path_map) for path_map in path_maps),
        versions=VersionRule(versions),
        managed=managed,
        tier=Tier(tier),
        label=label,
        cost=parse_costs(costs),
    )
    sources = service(SourceService)
    before = sources.at(LOCAL, path)
    source = sources.add(LOCAL, request)
    done = "added"
    if before is not None:
        done = "changed" if before.name == source.name else f"is the new name of {before.name}"
    click.echo(f"source {source.name} {done}; `dampipe sync {shlex.quote(source.name)}` scans it")


def _split(path_map: str) -> tuple[str, str]:
    machine, colon, path = path_map.partition(":")
    if not colon:
        raise click.BadParameter(f"{path_map!r} is not MACHINE:PATH", param_hint="--path-map")
    return machine, path


@command.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """All sources, with how many of their files are present and how many are missing."""
    found = service(SourceService).reports(LOCAL)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no sources yet: `dampipe source add NAME PATH`")
    else:
        rows = [
            (s.name, str(s.present), str(s.missing), s.tier, s.root, "" if s.reachable else "not reachable")
            for s in found
        ]
        numbers = ["files", "missing"]
        say(table(["source", *numbers, "tier", "folder", ""], rows, right=numbers))
        for source in found:
            if notes := _notes(source):
                click.echo(f"{source.name}: {', '.join(notes)}")


def _notes(source: SourceReport) -> list[str]:
    """What is said of a source below the table."""
    notes = [f"label {source.label}"] if source.label else []
    notes += [f"include {pattern}" for pattern in source.include]
    notes += [f"exclude {pattern}" for pattern in source.exclude]
    notes += ["every changed file is a version"] if source.versions is VersionRule.PATH else []
    notes += ["managed: dampipe may write to it"] if source.managed else []
    costs = costs_as_texts(source.cost)
    notes += [f"costs {' '.join(costs)}"] if costs else []
    return notes + [f"on {machine} at {path}" for machine, path in source.path_maps.items()]


@command.command(name="check")
@click.argument("name")
@json_option
def check(name: str, as_json: bool) -> None:
    """Look whether a source answers, can be listed and read and, if it is managed, written to."""
    report = service(SourceChecks).check(LOCAL, name)
    if as_json:
        print_json(report)
    else:
        click.echo(f"{report.source}: {report.root}{', managed' if report.managed else ''}")
        rows = [(_WORDS[one.what], one.finding, one.detail) for one in report.checks]
        say(table(["", "", ""], rows))
        for one in report.checks:
            if one.hint:
                click.echo(f"{_WORDS[one.what]}: {one.hint}")
    if report.is_away:
        click.get_current_context().exit(ExitCode.SUSPECT)
    if report.failed:
        click.get_current_context().exit(ExitCode.FAILURES)


@command.command(name="remove")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(name: str, yes: bool) -> None:
    """Forget a source and where its files are, but not what was made of them: see `dampipe prune`."""
    sources = service(SourceService)
    known = next((source for source in sources.reports(LOCAL) if source.name == name), None)
    if known is not None and not yes:
        files = plural(known.present + known.missing, "file")
        click.confirm(f"Forget {name} ({known.root}) and that it holds {files}?", abort=True)
    click.echo(f"source {name} removed; {plural(sources.remove(LOCAL, name), 'file')} forgotten")
