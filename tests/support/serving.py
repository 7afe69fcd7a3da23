"""The web server of `dampipe serve`, in a thread of this process."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from dampipe.web.server import Server, configuration
from tests.ports import free_port


@contextmanager
def serving(app: FastAPI, port: int = 0) -> Iterator[str]:
    """Its URL, without a slash at the end. port: 0: any that is free."""
    port = port or free_port()
    server = Server(configuration(app, "127.0.0.1", port))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
