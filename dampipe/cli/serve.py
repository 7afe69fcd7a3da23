"""`dampipe serve`"""

import click
import uvicorn

from dampipe.app.container import process_container
from dampipe.app.up import check_ports


@click.command(name="serve")
@click.option("--host", help="Address to listen on; default: the setting host.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; default: the setting port.")
def command(host: str | None, port: int | None) -> None:
    """Run the web server: the page at /, and the API, described at /docs."""
    from dampipe.web.app import create_app

    world = process_container()
    world.catalog.set_up()
    given = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    settings = world.settings.model_copy(update=given)
    check_ports(settings, {"web"})
    uvicorn.run(create_app(world.library, world), host=settings.host, port=settings.port, log_level="warning")
