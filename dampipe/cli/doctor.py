"""`dampipe doctor`"""

import shutil
import sys
import textwrap
from contextlib import suppress

import click
from pydantic import BaseModel

from dampipe.app.container import process_container
from dampipe.app.doctor import Finding, Verdict, examine
from dampipe.app.remedies import remedies
from dampipe.kernel.errors import CatalogueDown, ExitCode
from dampipe.kernel.faces.console import json_option, print_json, styled
from dampipe.kernel.faces.remedies import CLI

_COLOURS = {Verdict.FINE: "green", Verdict.WARNING: "yellow", Verdict.BROKEN: "red"}


class FindingReport(BaseModel):
    """A finding as `--json` prints it."""

    what: str
    verdict: Verdict
    found: str
    hint: str = ""
    """What to do next on the command line."""


@click.command(name="doctor")
@click.option("--again", is_flag=True, help="Test the video hardware again instead of using cached results.")
@json_option
def command(again: bool, as_json: bool) -> None:
    """Check this machine and its deployment. The exit code is 10 if something is broken."""
    container = process_container()
    with suppress(CatalogueDown):  # the check of the database reports it
        container.set_up()
    if again:
        container.tools.hardware.detect_again()
    reports = []
    for finding in examine(container):
        reports.append(report := _report(finding))
        if not as_json:
            verdict = styled(f"{report.verdict:<7}", fg=_COLOURS[report.verdict])
            click.echo(f"{verdict}  {report.what:<13} {_wrapped(report.found)}")
            if report.hint:
                click.echo(f"{'':24}→ {_wrapped(report.hint, more=2)}")
    if as_json:
        print_json(reports)
    if any(report.verdict is Verdict.BROKEN for report in reports):
        sys.exit(ExitCode.UNHEALTHY)


_INDENT = 23


def _wrapped(text: str, more: int = 0) -> str:
    """On a terminal a text with lines that fit into the last column; a path is not broken. more: to the indent."""
    if not sys.stdout.isatty():
        return text
    indent = _INDENT + more
    width = max(40, shutil.get_terminal_size().columns - indent)
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return f"\n{'':{indent}}".join(lines)


def _report(finding: Finding) -> FindingReport:
    hint = remedies().word(finding.problem, CLI) if finding.problem else ""
    return FindingReport(what=finding.what, verdict=finding.verdict, found=finding.found, hint=hint)
