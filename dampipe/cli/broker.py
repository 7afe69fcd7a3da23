"""`dampipe broker`"""

import click

from dampipe.app import broker
from dampipe.app.load_settings import load_settings
from dampipe.kernel.errors import CannotStart


@click.command(name="broker")
def command() -> None:
    """Run the embedded broker in the foreground (`dampipe up` does it by itself)."""
    settings = load_settings()
    if not settings.embedded_broker:
        raise CannotStart(
            f"the setting broker_url names a broker of its own: {settings.broker_url}",
            hint="Leave it empty to run the embedded one.",
        )
    broker.run(settings)
