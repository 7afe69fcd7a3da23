"""A processed library, and the web server over it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import dampipe
from dampipe.kernel.container import Services
from dampipe.web.app import create_app
from tests.support.demo_clips import DemoClips


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory, demo_clips: DemoClips) -> Iterator[Any]:
    """A library of the demo's clips, with a tag, derivatives and vectors; `footage` is their folder."""
    home = tmp_path_factory.mktemp("home")
    footage = tmp_path_factory.mktemp("footage")
    demo_clips(footage)
    # Not as a context manager: it would be the current storage of all tests that follow.
    with closing(dampipe.open(home=home, model="tiny", in_process=True, settle=0.0)) as opened:
        opened.footage = footage  # type: ignore[attr-defined]
        opened.add(footage)
        opened.process()
        yield opened


@pytest.fixture(scope="session")
def app(library: Any) -> FastAPI:
    """The application over the library."""
    return create_app(library.service(Services))


@pytest.fixture
def http(app: FastAPI) -> TestClient:
    """A client on this machine."""
    return TestClient(app, "http://127.0.0.1", raise_server_exceptions=False)


@pytest.fixture(scope="session")
def footage(library: Any) -> Path:
    """The folder of the clips, a source."""
    folder: Path = library.footage
    return folder
