"""`dampipe serve`"""

import logging
import threading
from dataclasses import replace

import click

from dampipe.app.container import Container, process_container
from dampipe.app.exposure import check_exposure, check_masks, has_login, hosts_of, login_policy
from dampipe.app.up import WEB, check_ports
from dampipe.features.access.login import LoginPolicy
from dampipe.features.search.query_vectors import QueryEncoder
from dampipe.kernel.errors import DampipeError
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.faces.remedies import sentences
from dampipe.kernel.local_key import make_local_key

log = logging.getLogger(__name__)


@click.command(name="serve")
@click.option("--host", help="Address to listen on; default: the setting host.")
@click.option("--port", type=WholeNumber(0, 65535), help="Port; default: the setting port.")
@click.option("--no-page", is_flag=True, help="Serve the API alone, without the page and that of guests.")
def command(host: str | None, port: int | None, no_page: bool) -> None:
    """Run the web server: the page at /, the API, and its documentation at /docs."""
    from dampipe.web.app import create_app
    from dampipe.web.server import run

    container = process_container()
    options = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    settings = container.settings.model_copy(update=options)
    exposure = check_exposure(settings, lambda: has_login(container))
    if exposure is not None:
        click.echo(f"warning: {sentences(str(exposure), exposure.hint)}", err=True)
    container.set_up()
    check_masks(container)
    policy = replace(login_policy(settings), local_key=make_local_key(settings.home))
    container.provide(LoginPolicy, lambda: policy)
    check_ports(settings, {WEB})
    threading.Thread(target=_warm_up, args=(container,), name="warm-up", daemon=True).start()
    app = create_app(container, hosts_of(settings), has_page=not no_page, map_origin=settings.map_origin)
    run(app, settings)


def _warm_up(container: Container) -> None:
    """Load the model before the first search needs it. Without a model, search answers from text and says so."""
    try:
        container.get(QueryEncoder).warm_up()
    except DampipeError as error:
        log.info("the model is not loaded yet: %s", error)
