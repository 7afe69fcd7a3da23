"""A library with users, and clients of its web server."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import dampipe
from dampipe.features.access.login import LoginPolicy, LoginService
from dampipe.features.access.model import TokenRequest, UserRequest
from dampipe.features.access.service import AccessService
from dampipe.kernel.access import LOCAL, Role
from dampipe.kernel.container import Services
from dampipe.web.app import create_app

PASSWORD = "correct horse"


@dataclass
class Guarded:
    """A library whose web server can be asked by users."""

    library: Any

    @property
    def access(self) -> AccessService:
        """The use cases of access."""
        found: AccessService = self.library.service(AccessService)
        return found

    def add(self, name: str, role: Role = Role.VIEWER, sees: tuple[str, ...] | None = None) -> None:
        """Add a user with PASSWORD."""
        self.access.add_user(LOCAL, UserRequest(name=name, role=role, password=PASSWORD, sees=sees))

    def token(
        self, name: str, *scopes: str, user: str | None = None, days: float | None = None
    ) -> dict[str, str]:
        """The header of a new token."""
        made = self.access.create_token(LOCAL, TokenRequest(name=name, scopes=scopes, user=user, days=days))
        return {"Authorization": f"Bearer {made.token}"}

    def client(self, url: str = "http://127.0.0.1", address: str = "127.0.0.1") -> TestClient:
        """A browser without cookies. address: where its requests come from."""
        app = create_app(self.library.service(Services))
        return TestClient(
            app, url, raise_server_exceptions=False, client=(address, 50000), follow_redirects=False
        )

    def logged_in(self, name: str, password: str = PASSWORD, **more: Any) -> TestClient:
        """A browser in which a user is logged in."""
        client = self.client(**more)
        answer = client.post("/api/v1/session", json={"name": name, "password": password})
        assert answer.status_code == 200, answer.text
        return client


Open = Callable[..., Guarded]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens an empty library; the arguments are those of LoginPolicy."""
    libraries = []

    def make(**policy: Any) -> Guarded:
        library = dampipe.open(
            home=tmp_path / f"home{len(libraries)}", model="tiny", in_process=True, settle=0.0
        )
        libraries.append(library)
        container = library._container
        if policy:
            container.provide(LoginPolicy, lambda: LoginPolicy(**policy))
        container.get(LoginService)
        return Guarded(library)

    yield make
    for library in libraries:
        library.close()
