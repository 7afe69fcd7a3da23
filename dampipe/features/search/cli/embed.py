"""`dampipe embed --missing`"""

import click

from dampipe.features.processing.model import RetryRequest
from dampipe.features.processing.service import ProcessingService
from dampipe.features.search.model_service import ModelService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.console import json_option, plural, print_json, service


@click.command(name="embed")
@click.option(
    "--missing", is_flag=True, required=True, help="Embed what was skipped while the model was missing."
)
@json_option
def command(missing: bool, as_json: bool) -> None:
    """Embed what was skipped while the model was missing. Needs running workers."""
    service(ModelService).check(LOCAL)
    count = service(ProcessingService).retry(LOCAL, RetryRequest(stage="embed", kinds=("unavailable",)))
    if as_json:
        print_json({"retried": count})
    else:
        click.echo(f"{plural(count, 'asset')} will be embedded" if count else "nothing was skipped")
