"""`dampipe embed --missing`"""

import click

from dampipe.kernel.faces.console import json_option, plural, print_json, world


@click.command(name="embed")
@click.option(
    "--missing", is_flag=True, required=True, help="Embed what was skipped while the model was missing."
)
@json_option
def command(missing: bool, as_json: bool) -> None:
    """Embed what was skipped while the weights of the model were missing. Needs running workers."""
    container = world()
    container.tools.embedder.check()
    count = container.library.retry(stage="embed", kinds=["unavailable"])
    if as_json:
        print_json({"retried": count})
    else:
        click.echo(f"{plural(count, 'asset')} will be embedded" if count else "nothing was skipped")
