"""`dampipe user`, `dampipe token` and `dampipe access`, and what they leave in the audit."""

import json
from pathlib import Path
from typing import Any, TypeVar

import click
import pytest
from click.testing import CliRunner, Result

from dampipe.features.access.cli import access, token, user
from dampipe.kernel.access import Role
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import DampipeError
from dampipe.kernel.events.log import EventLog
from dampipe.kernel.events.sequencer import Sequencer
from tests.integration.access.conftest import Guarded, Open

T = TypeVar("T")


class Services:
    """What commands ask for services."""

    def __init__(self, here: Guarded) -> None:
        self._here = here

    def get(self, kind: type[T]) -> T:
        """The service of that type."""
        found: T = self._here.library.service(kind)
        return found


@pytest.fixture
def here(opened: Open) -> Guarded:
    return opened()


def run(here: Guarded, command: click.Command, *arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(
        command, list(arguments), input=given, obj=Services(here), catch_exceptions=True
    )


def events(here: Guarded) -> list[tuple[str, str, dict[str, Any]]]:
    """Name, actor and data of the audit, oldest first."""
    database = here.library.service(Database)
    Sequencer(database).number()
    return [(one.name, one.actor, dict(one.data)) for one in EventLog(database).after(0, 1000)]


def test_users_by_command(here: Guarded) -> None:
    assert (
        run(here, user.command, "add", "Root", "--role", "admin", given="long enough\n").output
        == "root added, admin\n"
    )
    short = run(here, user.command, "add", "anna", given="short\n")
    assert isinstance(short.exception, DampipeError) and short.exception.code == "access.password_length"
    made = json.loads(run(here, user.command, "add", "anna", "--json", given="long enough\n").output)
    assert (made["name"], made["role"], made["password"], made["disabled"]) == ("anna", "viewer", True, False)
    assert run(here, user.command, "add", "bot", "--no-password").exit_code == 0
    again = run(here, user.command, "add", "anna", given="long enough\n").exception
    assert isinstance(again, DampipeError) and again.code == "access.user_exists"
    http = here.logged_in("anna", "long enough")
    assert "anna" in run(here, user.command, "list").output
    assert run(here, user.command, "role", "anna", "editor").output == "anna is editor now\n"
    assert http.get("/api/v1/session").json()["role"] == "editor", "of a session that has begun, too"
    assert run(here, user.command, "logout", "anna").output == "1 session of anna ended\n"
    assert http.get("/api/v1/assets").status_code == 401
    run(here, user.command, "password", "anna", given="something else\n")
    here.logged_in("anna", "something else")
    assert run(here, user.command, "disable", "anna").output == "anna is disabled\n"
    listed = {one["name"]: one for one in json.loads(run(here, user.command, "list", "--json").output)}
    assert listed["anna"]["disabled"] and listed["anna"]["sessions"] == 0 and not listed["bot"]["password"]
    assert run(here, user.command, "enable", "anna").output == "anna is enabled\n"
    assert run(here, user.command, "remove", "anna").output == "anna removed\n"
    unknown = run(here, user.command, "remove", "anna").exception
    assert isinstance(unknown, DampipeError) and (unknown.code, unknown.exit_code) == (
        "access.user_unknown",
        7,
    )


def test_tokens_by_command(here: Guarded) -> None:
    made = run(here, token.command, "create", "farm", "--for", "search read")
    secret = made.stdout.strip()
    assert secret.startswith("dampipe_") and len(secret) > 40
    http = here.client()
    header = {"Authorization": f"Bearer {secret}"}
    assert http.get("/api/v1/assets", headers=header).status_code == 200
    assert http.post("/api/v1/retry", json={}, headers=header).status_code == 403
    listed = run(here, token.command, "list").output
    assert "farm" in listed and "search read" in listed and secret not in listed
    for scopes in ("", "nonsense"):
        wrong = run(here, token.command, "create", "x", "--for", scopes).exception
        assert isinstance(wrong, DampipeError) and "search" in wrong.hint
    scopes = json.loads(run(here, token.command, "scopes", "--json").output)
    assert {"scope": "scan", "role": "editor"}.items() <= next(
        one for one in scopes if one["scope"] == "scan"
    ).items()
    assert run(here, token.command, "revoke", "farm").output == "farm revoked\n"
    assert http.get("/api/v1/assets", headers=header).status_code == 401


def test_grants_by_command(here: Guarded, tmp_path: Path) -> None:
    folder = tmp_path / "day1"
    (folder / "cards").mkdir(parents=True)
    here.library.add(folder, process=False)
    here.library.process()
    here.add("vera", Role.VIEWER, sees=())
    assert (
        run(here, access.command, "grant", "vera", str(folder / "cards")).output
        == f"user:vera may see {folder}/cards\n"
    )
    assert (
        run(here, access.command, "grant", "role:viewer", "everything").output
        == "role:viewer may see everything\n"
    )
    run(here, access.command, "grant", "role:viewer", "everything")
    listed = json.loads(run(here, access.command, "list", "--json").output)
    assert listed == [
        {"to": "user:vera", "what": f"{folder}/cards"}, {"to": "role:viewer", "what": "everything"},
    ]  # fmt: skip
    assert run(here, access.command, "revoke", "role:viewer", "everything").exit_code == 0
    for arguments, code in (
        (("grant", "nobody", "everything"), "access.subject_invalid"),
        (("grant", "role:king", "everything"), "access.role_invalid"),
        (("grant", "vera", "/nowhere"), "access.place_unknown"),
        (("grant", "vera", "nothing-of-that-name"), "access.place_unknown"),
        (("revoke", "vera", "everything"), "access.grant_unknown"),
        (("explain", "vera", "abcdef00"), "asset.not_found"),
    ):
        wrong = run(here, access.command, *arguments).exception
        assert isinstance(wrong, DampipeError), (arguments, wrong)
        assert wrong.code == code or arguments[0] == "explain", (arguments, wrong.code)


def test_the_audit_says_who_changed_what_and_holds_no_secret(here: Guarded) -> None:
    here.add("root", Role.ADMIN)
    http = here.logged_in("root")
    http.post("/api/v1/session", json={"name": "root", "password": "a wrong one"})
    http.post("/api/v1/users", json={"name": "anna", "password": "long enough"})
    http.patch("/api/v1/users/anna", json={"role": "editor", "password": "even longer"})
    token_ = http.post("/api/v1/tokens", json={"name": "ci", "scopes": ["read"]}).json()["token"]
    http.delete("/api/v1/tokens/ci")
    http.post("/api/v1/grants", json={"to": "role:viewer", "what": "everything"})
    http.delete("/api/v1/grants", params={"to": "role:viewer", "what": "everything"})
    http.delete("/api/v1/users/anna")
    found = events(here)
    by_root = [name for name, actor, _ in found if actor == "user:root"]
    assert by_root == [
        "user.logged_in", "user.login_failed", "user.added", "grant.added", "user.changed", "token.created",
        "token.revoked", "grant.added", "grant.removed", "user.removed",
    ]  # fmt: skip
    assert [name for name, actor, _ in found if actor == "local"] == ["user.added", "grant.added"]
    changed = next(data for name, _, data in found if name == "user.changed")
    assert changed == {"user": "anna", "role": "editor", "password": True, "disabled": None}
    text = str(found)
    for secret in ("a wrong one", "long enough", "even longer", token_):
        assert secret not in text
