"""`dampipe relay`"""

import logging
import signal
import threading

import click

from dampipe.app.container import process_container


@click.command(name="relay")
def command() -> None:
    """Number new events and deliver them to subscribers; `dampipe up` runs it, too."""
    from dampipe.features.events.relay import Relay

    container = process_container()
    logging.basicConfig(format="%(asctime)s %(levelname).1s %(message)s", level=logging.WARNING)
    logging.getLogger("dampipe").setLevel(container.settings.log_level)
    container.set_up()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    container.get(Relay).run(stop)
