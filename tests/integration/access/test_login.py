"""Logging in, staying logged in, and logging out."""

import logging
from typing import Any

import pytest
from sqlalchemy import select, update

from dampipe.app.exposure import check_masks
from dampipe.features.access import queries, throttle
from dampipe.features.access.tables import LOGIN_WINDOW, SESSION, TOKEN, USER
from dampipe.features.access.throttle import LIMITS, Limit
from dampipe.features.search.vector_media_db import VectorMediaDb
from dampipe.kernel.access import CORE, LOCAL, Role
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import CannotStart, Conflict, InvalidInput
from dampipe.storage.auto import AutoStorage
from tests.integration.access.conftest import PASSWORD, Guarded, Open


@pytest.fixture
def here(opened: Open) -> Guarded:
    made = opened()
    made.add("root", Role.ADMIN)
    made.add("anna", Role.VIEWER)
    return made


def test_without_users_loopback_needs_no_login_and_with_the_first_one_it_does(opened: Open) -> None:
    made = opened()
    http = made.client()
    assert http.get("/api/v1/assets").status_code == 200
    assert http.get("/api/v1/session").json()["actor"] == "local"
    made.add("anna")
    refused = http.get("/api/v1/assets")
    assert (refused.status_code, refused.json()["code"]) == (401, "access.not_logged_in")
    assert refused.headers["www-authenticate"] == "Bearer"
    assert http.get("/api/v1/session").json()["actor"] is None
    assert http.get("/").status_code == 200, "the page leads to the login"
    assert http.get("/api/v1/health").status_code in (200, 503)


def test_without_users_other_addresses_need_a_token(opened: Open) -> None:
    made = opened(listens_on_loopback=False)
    http = made.client()
    assert http.get("/api/v1/assets").status_code == 401
    assert http.get("/api/v1/assets", headers=made.token("ci", "read")).status_code == 200


def test_a_login_lasts_until_the_logout(here: Guarded) -> None:
    http = here.client()
    begun = http.post("/api/v1/session", json={"name": "anna", "password": PASSWORD}).json()
    session = http.get("/api/v1/session").json()
    assert begun == session
    assert (session["actor"], session["role"], session["can_log_out"]) == ("user:anna", "viewer", True)
    assert session["scopes"] == ["read", "search", "export", "status"]
    assert http.get("/api/v1/assets").status_code == 200
    kept = dict(http.cookies)
    assert http.delete("/api/v1/session").status_code == 204
    assert not http.cookies, "the cookie is deleted"
    assert http.get("/api/v1/assets").status_code == 401
    stolen = here.client()
    stolen.cookies.update(kept)
    assert stolen.get("/api/v1/assets").status_code == 401, "the session itself has ended"


def test_the_cookie_is_closed_to_scripts_and_other_sites(here: Guarded) -> None:
    plain = (
        here.client()
        .post("/api/v1/session", json={"name": "anna", "password": PASSWORD})
        .headers["set-cookie"]
    )
    assert (
        plain.startswith("dampipe=") and "HttpOnly" in plain and "SameSite=lax" in plain and "Path=/" in plain
    )
    secure = here.client("https://127.0.0.1").post(
        "/api/v1/session", json={"name": "anna", "password": PASSWORD}
    )
    cookie = secure.headers["set-cookie"]
    assert cookie.startswith("__Host-dampipe=") and "Secure" in cookie and "HttpOnly" in cookie
    assert "Domain" not in cookie and "Path=/" in cookie, "as the prefix __Host- demands"
    assert secure.json()["encrypted"] is True


def test_over_tls_a_cookie_that_others_can_set_does_not_count(here: Guarded) -> None:
    session = dict(here.logged_in("anna").cookies)["dampipe"]
    http = here.client("https://127.0.0.1")
    http.cookies.set("dampipe", session)
    assert http.get("/api/v1/assets").status_code == 401


def test_every_login_has_a_session_of_its_own_so_that_none_can_be_fixed(here: Guarded) -> None:
    first = here.logged_in("anna")
    before = first.cookies["dampipe"]
    again = first.post("/api/v1/session", json={"name": "anna", "password": PASSWORD})
    assert again.status_code == 200 and first.cookies["dampipe"] != before
    old = here.client()
    old.cookies.set("dampipe", before)
    assert old.get("/api/v1/assets").status_code == 401, "a new login ends the session before it"
    fixed = {"Cookie": "dampipe=chosen-by-somebody-else"}
    given = here.client().post("/api/v1/session", json={"name": "anna", "password": PASSWORD}, headers=fixed)
    assert given.status_code == 200 and "chosen-by-somebody-else" not in given.headers["set-cookie"]


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("anna", "wrong horse"),
        ("nobody", PASSWORD),
        ("anna", ""),
        ("", ""),
        ("gone", PASSWORD),
        ("anna\0", PASSWORD),
    ],
)
def test_a_wrong_login_says_no_more_than_that(here: Guarded, name: str, password: str) -> None:
    here.add("gone")
    here.access.change_user(LOCAL, "gone", disabled=True)
    answer = here.client().post("/api/v1/session", json={"name": name, "password": password})
    if "\0" in name:
        assert answer.status_code == 422
        return
    assert (answer.status_code, answer.json()["code"]) == (401, "access.wrong_password")
    assert "set-cookie" not in answer.headers


def test_names_are_the_same_in_any_case(here: Guarded) -> None:
    assert here.logged_in("ANNA ").get("/api/v1/session").json()["name"] == "anna"


def test_logging_out_everywhere_and_a_new_password_end_all_sessions(here: Guarded) -> None:
    one, other = here.logged_in("anna"), here.logged_in("anna")
    assert one.delete("/api/v1/session?everywhere=true").status_code == 204
    assert other.get("/api/v1/assets").status_code == 401
    one, other = here.logged_in("anna"), here.logged_in("anna")
    wrong = one.put("/api/v1/session/password", json={"old": "wrong horse", "new": "battery staple"})
    assert wrong.status_code == 401 and other.get("/api/v1/assets").status_code == 200
    short = one.put("/api/v1/session/password", json={"old": PASSWORD, "new": "short"})
    assert (short.status_code, short.json()["code"]) == (422, "access.password_length")
    done = one.put("/api/v1/session/password", json={"old": PASSWORD, "new": "battery staple"})
    assert done.status_code == 200 and one.get("/api/v1/assets").status_code == 200, "with a new session"
    assert other.get("/api/v1/assets").status_code == 401
    assert (
        here.client().post("/api/v1/session", json={"name": "anna", "password": PASSWORD}).status_code == 401
    )
    by_admin = here.logged_in("anna", "battery staple")
    here.access.change_user(LOCAL, "anna", password="a third one")
    assert by_admin.get("/api/v1/assets").status_code == 401


def test_a_user_who_is_disabled_or_removed_is_logged_out_with_all_tokens(here: Guarded) -> None:
    http, token = here.logged_in("anna"), here.token("of-anna", "read", user="anna")
    here.access.change_user(LOCAL, "anna", disabled=True)
    assert http.get("/api/v1/assets").status_code == 401
    assert here.client().get("/api/v1/assets", headers=token).status_code == 401
    here.access.change_user(LOCAL, "anna", disabled=False)
    assert here.client().get("/api/v1/assets", headers=token).status_code == 200
    here.access.remove_user(LOCAL, "anna")
    assert here.client().get("/api/v1/assets", headers=token).status_code == 401


def test_sessions_expire_when_idle_and_after_their_life(
    here: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = here.library.service(Database)
    for column, age in (("last_used_at", queries.SESSION_IDLE), ("created_at", queries.SESSION_LIFE)):
        http = here.logged_in("anna")
        with database.write() as connection:
            connection.execute(update(SESSION).values({column: SESSION.c[column] - age - 1}))
        assert http.get("/api/v1/assets").status_code == 401, column
    access = here.library.service(queries.AccessRepository)
    assert access.delete_expired() == 2 and access.delete_expired() == 0


def test_guesses_are_throttled_and_the_right_password_does_not_help_then(here: Guarded) -> None:
    http = here.client(address="10.0.0.9")
    statuses = [
        http.post("/api/v1/session", json={"name": "anna", "password": f"guess {n}"}).status_code
        for n in range(12)
    ]
    assert statuses == [401] * 10 + [429] * 2
    refused = http.post("/api/v1/session", json={"name": "anna", "password": PASSWORD})
    assert refused.status_code == 429 and 0 < int(refused.headers["retry-after"]) <= 300
    assert refused.json()["code"] == "access.too_many_logins"
    elsewhere = here.client(address="10.0.0.10")
    assert elsewhere.post("/api/v1/session", json={"name": "anna", "password": PASSWORD}).status_code == 200


def test_guesses_for_many_names_from_one_address_are_throttled(
    here: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert LIMITS["address"] == Limit(30, 60.0)
    monkeypatch.setattr(throttle, "LIMITS", {**LIMITS, "address": Limit(30, 600.0)})  # on a slow machine, too
    http = here.client(address="10.0.0.11")
    statuses = [
        http.post("/api/v1/session", json={"name": f"user{n}", "password": "guess"}).status_code
        for n in range(32)
    ]
    assert statuses[:30] == [401] * 30 and statuses[30:] == [429] * 2


def test_tokens_have_their_scopes_an_end_and_a_last_use(here: Guarded) -> None:
    http = here.client()
    reads = here.token("reader", "read", "search")
    assert http.get("/api/v1/assets", headers=reads).status_code == 200
    refused = http.post("/api/v1/scans", json={"paths": ["/"]}, headers=reads)
    assert (refused.status_code, refused.json()["parameters"]["scope"]) == (403, "scan")
    [report] = here.access.tokens(LOCAL)
    assert report.last_used_at is not None and report.expires_at is None
    short = here.token("short", "read", days=1)
    database = here.library.service(Database)
    with database.write() as connection:
        connection.execute(update(TOKEN).where(TOKEN.c.name == "short").values(expires_at=1.0))
    assert http.get("/api/v1/assets", headers=short).json()["code"] == "access.token_invalid"
    here.access.revoke_token(LOCAL, "reader")
    assert http.get("/api/v1/assets", headers=reads).status_code == 401
    for header in ("Bearer ", "Bearer x", "Basic YTpi", "nonsense", "Bearer \xff"):
        raw = {"Authorization": header.encode("latin-1")}
        assert http.get("/api/v1/assets", headers=raw).status_code == 401, header  # type: ignore[arg-type]


def test_users_have_tokens_of_their_own_with_scopes_that_they_have(here: Guarded) -> None:
    here.token("of-root", "read", user="root")
    here.token("of-none", "read")
    http, other = here.logged_in("anna"), here.logged_in("root")
    own = "/api/v1/session/tokens"
    made = http.post(own, json={"name": "nle", "scopes": ["read", "search"], "days": 30})
    assert made.status_code == 201
    bearer = {"Authorization": f"Bearer {made.json()['token']}"}
    assert here.client().get("/api/v1/assets", headers=bearer).status_code == 200
    assert [one["name"] for one in http.get(own).json()] == ["nle"]
    assert "token" not in http.get(own).json()[0] and http.get(own).json()[0]["user"] == "anna"
    assert [one["name"] for one in other.get(own).json()] == ["of-root"]

    for scopes, code in ((["edit"], "scope_not_own"), (["nonsense"], "scope_unknown")):
        refused = http.post(own, json={"name": "more", "scopes": scopes})
        assert (refused.status_code, refused.json()["code"]) == (422, f"access.{code}")
    assert http.post(own, json={"name": "more", "scopes": []}).status_code == 422
    assert http.post(own, json={"name": "more", "scopes": ["read"], "user": "root"}).status_code == 422
    assert http.post(own, json={"name": "of-none", "scopes": ["read"]}).status_code == 409
    for foreign in ("of-root", "of-none", "nothing"):
        assert http.delete(f"{own}/{foreign}").status_code == 404, foreign
    assert http.delete(f"{own}/nle").status_code == 204
    assert here.client().get("/api/v1/assets", headers=bearer).status_code == 401
    assert [one.name for one in here.access.tokens(LOCAL)] == ["of-none", "of-root"]


def test_a_token_makes_and_revokes_no_other(here: Guarded) -> None:
    http = here.client()
    body = {"name": "more", "scopes": ["read"]}
    for token in (here.token("a", "read", user="root"), here.token("b", *(one.name for one in CORE))):
        for method, path in (("GET", ""), ("POST", ""), ("DELETE", "/a")):
            answer = http.request(method, f"/api/v1/session/tokens{path}", json=body, headers=token)
            assert (answer.status_code, answer.json()["code"]) == (403, "access.only_own_login")


def test_the_last_use_of_a_user_outlives_the_session(here: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    def last_use() -> float | None:
        return next(one.last_used_at for one in here.access.users(LOCAL) if one.name == "anna")

    assert last_use() is None
    http = here.logged_in("anna")
    begun = last_use()
    assert begun is not None
    database = here.library.service(Database)
    with database.write() as connection:
        connection.execute(update(SESSION).values(last_used_at=SESSION.c.last_used_at - 3600))
        connection.execute(update(USER).values(last_used_at=USER.c.last_used_at - 3600))
    assert http.get("/api/v1/assets").status_code == 200
    used = last_use()
    assert used is not None and used >= begun
    here.access.log_out(LOCAL, "anna")
    assert last_use() == used


def test_a_token_of_a_user_never_exceeds_the_user(here: Guarded) -> None:
    token = here.token("too-much", "read", "admin", user="anna")
    http = here.client()
    assert http.get("/api/v1/assets", headers=token).status_code == 200
    assert http.get("/api/v1/users", headers=token).json()["parameters"]["scope"] == "admin"
    here.access.change_user(LOCAL, "anna", role=Role.ADMIN)
    assert http.get("/api/v1/users", headers=token).status_code == 200


def test_no_secret_is_stored_logged_or_shown(
    here: Guarded, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    token = here.token("ci", "read")["Authorization"].removeprefix("Bearer ")
    http = here.logged_in("root")
    session = http.cookies["dampipe"]
    here.client().post("/api/v1/session", json={"name": "root", "password": "a wrong guess"})
    database = here.library.service(Database)
    with database.read() as connection:
        stored = str(
            [connection.execute(select(table)).all() for table in (USER, SESSION, TOKEN, LOGIN_WINDOW)]
        )
    answers = "".join(http.get(f"/api/v1/{path}").text for path in ("session", "users", "tokens", "grants"))
    said = caplog.text + "".join(capfd.readouterr())
    for secret in (PASSWORD, token, session, "a wrong guess"):
        assert secret not in stored and secret not in answers and secret not in said
    assert "$argon2id$" in stored and "$argon2id$" not in answers


def test_the_last_admin_stays(here: Guarded) -> None:
    for change in (
        lambda: here.access.change_user(LOCAL, "root", role=Role.EDITOR),
        lambda: here.access.change_user(LOCAL, "root", disabled=True),
        lambda: here.access.remove_user(LOCAL, "root"),
    ):
        with pytest.raises(Conflict) as error:
            change()
        assert error.value.code == "access.last_admin"
    here.access.remove_user(LOCAL, "anna")
    here.access.remove_user(LOCAL, "root")
    assert here.access.users(LOCAL) == []


@pytest.mark.parametrize("name", ["", "a b", "ü", "../x", "a" * 101, "-a"])
def test_names_that_are_not_valid(here: Guarded, name: str) -> None:
    with pytest.raises((InvalidInput, ValueError)):
        here.add(name)


def _foreign(http: Any, method: str, path: str) -> int:
    status: int = http.request(method, path, headers={"Origin": "https://evil.example"}, json={}).status_code
    return status


def test_a_foreign_page_can_neither_log_in_nor_out_nor_act(here: Guarded) -> None:
    http = here.logged_in("root")
    for method, path in (("POST", "session"), ("DELETE", "session"), ("POST", "users"), ("POST", "tokens")):
        assert _foreign(http, method, f"/api/v1/{path}") == 403
    assert http.get("/api/v1/session").json()["actor"] == "user:root"


def test_a_vector_index_that_can_mask_runs_with_users(opened: Open) -> None:
    made = opened()
    made.add("anna")
    check_masks(made.library._container)


def test_a_vector_index_that_cannot_mask_refuses_to_run_with_users(opened: Open) -> None:
    made = opened()
    container = made.library._container
    container.provide(
        AutoStorage, lambda: AutoStorage(container.get(VectorMediaDb), None, can_mask=lambda: False)
    )
    container._made.pop(AutoStorage, None)
    check_masks(container)
    made.add("anna")
    with pytest.raises(CannotStart) as error:
        check_masks(container)
    assert error.value.code == "access.backend_cannot_mask" and "faiss" in str(error.value)
