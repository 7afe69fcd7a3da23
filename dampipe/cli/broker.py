"""`dampipe broker`"""

import click

from dampipe.app import broker
from dampipe.app.errors import BROKER_NOT_EMBEDDED
from dampipe.app.load_settings import load_settings
from dampipe.kernel.errors import CannotStart


@click.command(name="broker")
def command() -> None:
    """Run the embedded broker in the foreground; `dampipe up` runs it, too."""
    settings = load_settings()
    if not settings.embedded_broker:
        raise CannotStart(BROKER_NOT_EMBEDDED)
    broker.run(settings)
