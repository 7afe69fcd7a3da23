"""`dampipe doctor`"""

import sys

import click

from dampipe.app.doctor import Verdict, examine
from dampipe.kernel.errors import CatalogueDown, ExitCode
from dampipe.kernel.faces.console import json_option, print_json, world

_MARKS = {
    Verdict.FINE: click.style("fine   ", fg="green"),
    Verdict.WARNING: click.style("warning", fg="yellow"),
    Verdict.BROKEN: click.style("broken ", fg="red"),
}


@click.command(name="doctor")
@click.option("--again", is_flag=True, help="Try the video hardware once more, whatever is remembered.")
@json_option
def command(again: bool, as_json: bool) -> None:
    """What this machine can do, and what to fix. Exit code 10 if something is broken."""
    from dampipe.app.container import process_container

    try:
        here = world()
    except CatalogueDown:  # one finding among others
        here = process_container()
    if again:
        here.tools.hardware.detect_again()
    findings = []
    for finding in examine(here):
        findings.append(finding)
        if not as_json:
            click.echo(f"{_MARKS[finding.verdict]}  {finding.what:<13} {finding.found}")
            if finding.hint:
                click.echo(f"{'':24}→ {finding.hint}")
    if as_json:
        print_json(findings)
    if any(finding.verdict is Verdict.BROKEN for finding in findings):
        sys.exit(ExitCode.UNHEALTHY)
