"""`dampipe rights policy show|apply`"""

import json
import tomllib
from pathlib import Path

import click
from pydantic import ValidationError

from dampipe.features.rights.errors import POLICY_INVALID
from dampipe.features.rights.model import Policy
from dampipe.features.rights.service import RightsService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.faces.console import json_option, print_json, service
from dampipe.kernel.paths import printable


@click.group()
def policy() -> None:
    """Show and change the policy: what is refused, and which territories and media there are."""


@policy.command(name="show")
@json_option
def show(as_json: bool) -> None:
    """Print the policy as TOML, with all groups of territories and all media as comments."""
    found = service(RightsService).policy(LOCAL)
    if as_json:
        print_json(found)
    else:
        click.echo(as_toml(found), nl=False)


@policy.command(name="apply")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def apply(file: Path) -> None:
    """Replace the policy by that of a TOML file. What the file does not say is as it was at first."""
    try:
        given = Policy.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (ValueError, OSError) as error:
        reason = error.errors()[0] if isinstance(error, ValidationError) else None
        text = str(error) if reason is None else f"{'.'.join(map(str, reason['loc']))}: {reason['msg']}"
        raise InvalidInput(POLICY_INVALID, reason=text) from error
    service(RightsService).set_policy(LOCAL, given)
    click.echo(f"the policy is that of {printable(file)}")


def as_toml(found: Policy) -> str:
    """A policy as a TOML document that `apply` takes."""
    lines = []
    for name, field in Policy.model_fields.items():
        value = getattr(found, name)
        if name in ("territories", "media"):
            continue
        lines += [f"# {field.description}", f"{name} = {_value(value)}", ""]
    groups, media = found.known_territories().groups, found.known_media().all
    lines += [f"# {Policy.model_fields['territories'].description}", "[territories]"]
    lines += [
        f"{'' if name in found.territories else '# '}{json.dumps(name)} = {_value(tuple(members))}"
        for name, members in groups.items()
    ]
    lines += ["", f"# {Policy.model_fields['media'].description}", "[media]"]
    lines += [
        f"{'' if name in found.media else '# '}{json.dumps(name)} = {_value(above)}"
        for name, above in media.items()
    ]
    return "\n".join([*lines, ""])


def _value(value: object) -> str:
    """A text, or a list of texts or numbers, as TOML writes it."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False, default=str)
