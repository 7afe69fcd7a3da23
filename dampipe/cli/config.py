"""`dampipe config`"""

import click

from dampipe.app.load_settings import load_settings
from dampipe.kernel.faces.console import json_option, print_json, say, table
from dampipe.kernel.home import config_file
from dampipe.kernel.settings.display import origin, redacted, sample
from dampipe.kernel.settings.settings import Settings


@click.command(name="config")
@click.option("--sample", "as_sample", is_flag=True, help="Print a commented dampipe.toml.")
@json_option
def command(as_sample: bool, as_json: bool) -> None:
    """List all settings with their values, the origin of each value, and their meaning."""
    if as_sample:
        click.echo(sample(), nl=False)
        return
    settings = load_settings()
    values = redacted(settings)
    if as_json:
        print_json(values)
        return
    rows = [
        (name, str(values[name]), origin(name, settings), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    say(table(["setting", "value", "from", "meaning"], rows))
    state = "read" if config_file().exists() else "does not exist"
    click.echo(f"\nfile: {config_file()} ({state}); environment: DAMPIPE_<SETTING>")
