"""The API does what its OpenAPI document says, for whatever is sent: schemathesis with every check that it has."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request

from dampipe.app.features import scopes
from dampipe.features.access.errors import NOT_LOGGED_IN
from dampipe.features.access.model import TokenRequest, UserRequest
from dampipe.features.access.service import AccessService
from dampipe.kernel.access import LOCAL, Actor, Role
from dampipe.kernel.errors import NotLoggedIn
from tests.support.serving import serving

pytestmark = pytest.mark.timeout(900)
SECONDS: dict[Role | None, int] = {None: 90, Role.EDITOR: 500}
"""Time limit of a run, by role: the first uses all of it, the other ends when each operation was asked."""
PHASES: dict[Role | None, tuple[str, ...]] = {
    None: ("--max-examples", "2"),
    Role.EDITOR: ("--max-examples", "1", "--phases", "examples,coverage", "--mode", "positive"),
}
"""By role: how much is asked. None: as the person at this machine, whom every endpoint answers, and who cannot delete
the own user or token; its requests need no token, so that is not checked then. An editor sends no invalid requests:
those are refused before or after the role is looked at, by the same code whatever the role is. A viewer is refused more,
which tests/integration/access/test_matrix.py asks of each operation, and is answered as an editor is.
"""


@pytest.fixture(params=list(PHASES), ids=str)
def role(request: pytest.FixtureRequest) -> Role | None:
    found: Role | None = request.param
    return found


@pytest.fixture
def token(
    role: Role | None, library: Any, app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A token of a user with that role; afterwards there are no users, as before."""
    monkeypatch.setenv("DAMPIPE_CONFIG", str(tmp_path / "dampipe.toml"))  # which endpoints write
    access: AccessService = library.service(AccessService)
    access.add_user(LOCAL, UserRequest(name="anna", role=role or Role.ADMIN, sees=(str(library.footage),)))
    names = tuple(scope.name for scope in scopes())
    made = access.create_token(LOCAL, TokenRequest(name="annas", scopes=names, user="anna")).token
    others = app.state.authenticate
    if role is None:

        def authenticate(request: Request) -> Actor:
            if request.headers.get("Authorization") == f"Bearer {made}":
                return LOCAL
            if not access.users(LOCAL):  # it deletes them, and a library without users asks for no login
                raise NotLoggedIn(NOT_LOGGED_IN)
            return others(request)

        app.state.authenticate = authenticate
    yield made
    app.state.authenticate = others
    for one in sorted(access.users(LOCAL), key=lambda user: user.role):
        access.remove_user(LOCAL, one.name)


def test_every_answer_is_documented_and_no_request_fails_the_server(
    app: FastAPI, library: Any, tmp_path: Path, role: Role | None, token: str
) -> None:
    asset = next(video.sha1 for video in library.videos() if video.derivatives)
    configuration = Path(__file__).with_name("schemathesis.toml")
    operations = sum(
        len(methods) for methods in app.openapi()["paths"].values()
    )  # made before it is asked for
    with serving(app) as url:
        ran = subprocess.run(
            [
                *(
                    sys.executable,
                    "-m",
                    "schemathesis.cli",
                    "--config-file",
                    str(configuration),
                    "--no-color",
                ),
                *("run", f"{url}/openapi.json", "--checks", "all", "--continue-on-failure", "--workers", "1"),
                *(*PHASES[role], "--max-time", str(SECONDS[role]), "--seed", "1"),
                *("--suppress-health-check", "all"),
                *("--header", f"Authorization: Bearer {token}"),
            ],
            cwd=tmp_path,
            env={
                **os.environ,
                "ASSET": asset,
                "SCHEMATHESIS_HOOKS": str(Path(__file__).with_name("schemathesis_checks.py")),
            },
            capture_output=True,
            text=True,
            timeout=600,
        )
    assert ran.returncode == 0, failures_of(ran.stdout) + ran.stderr[-2000:]
    assert re.search(rf"Tested: +{operations}\b", ran.stdout), ran.stdout
    [cases] = re.findall(r"^ +([\d,]+) generated", ran.stdout, re.M)
    assert int(cases.replace(",", "")) > 300


def failures_of(printed: str) -> str:
    """What failed and what could not be asked, and the summary, without the warnings, which are long."""
    begin = re.search(r"=+ (ERRORS|FAILURES) =+", printed)
    found, _, rest = printed[begin.start() if begin else 0 :].partition(" WARNINGS ")
    return f"{found[:30_000]}\n{rest[-2000:]}"
