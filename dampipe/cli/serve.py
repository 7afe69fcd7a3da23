"""`dampipe serve`"""

import logging
import threading

import click
import uvicorn

from dampipe.app.container import Container, process_container
from dampipe.app.up import WEB, check_ports
from dampipe.features.search.query_vectors import QueryEncoder
from dampipe.kernel.errors import DampipeError

log = logging.getLogger(__name__)


@click.command(name="serve")
@click.option("--host", help="Address to listen on; default: the setting host.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; default: the setting port.")
def command(host: str | None, port: int | None) -> None:
    """Run the web server: the page at /, the API, and its documentation at /docs."""
    from dampipe.web.app import create_app

    container = process_container()
    container.set_up()
    options = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    settings = container.settings.model_copy(update=options)
    check_ports(settings, {WEB})
    threading.Thread(target=_warm_up, args=(container,), name="warm-up", daemon=True).start()
    uvicorn.run(create_app(container), host=settings.host, port=settings.port, log_level="warning")


def _warm_up(container: Container) -> None:
    """Load the model while nobody waits for it. Without a model, search answers from text and says so."""
    try:
        container.get(QueryEncoder).warm_up()
    except DampipeError as error:
        log.info("the model is not loaded yet: %s", error)
