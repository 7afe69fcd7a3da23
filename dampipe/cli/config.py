"""`dampipe config`"""

import shutil

import click

from dampipe.app.load_settings import load_settings
from dampipe.kernel.faces.console import json_option, print_json
from dampipe.kernel.home import config_file
from dampipe.kernel.settings.display import origin, redacted, sample
from dampipe.kernel.settings.settings import Settings


@click.command(name="config")
@click.option("--sample", "as_sample", is_flag=True, help="Print a commented dampipe.toml.")
@json_option
def command(as_sample: bool, as_json: bool) -> None:
    """List all settings with their values, the origin of each value, and their meaning."""
    if as_sample:
        if as_json:
            raise click.UsageError("--sample prints TOML; give either --sample or --json")
        click.echo(sample(), nl=False)
        return
    settings = load_settings()
    values = redacted(settings)
    if as_json:
        print_json(values)
        return
    for name, field in Settings.model_fields.items():
        value = '""' if values[name] == "" else values[name]
        click.echo(f"{click.style(name, bold=True)} = {value} ({origin(name, settings)})")
        click.echo(click.wrap_text(field.description or "", _width(), "    ", "    "))
    state = "read" if config_file().exists() else "does not exist"
    click.echo(f"\nfile: {config_file()} ({state}); environment: DAMPIPE_<SETTING>")


def _width() -> int:
    """Columns of the descriptions: those of the terminal, at most as many as are read well."""
    return min(100, shutil.get_terminal_size().columns)
