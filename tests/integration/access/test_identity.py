"""Logins that another system vouches for: a reverse proxy, an OpenID Connect provider."""

import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from oidc_provider_mock import User, run_server_in_thread

from dampipe.features.access.login import LoginPolicy
from dampipe.features.access.oidc import OidcSettings
from dampipe.kernel.access import LOCAL, Role
from tests.integration.access.conftest import PASSWORD, Guarded, Open

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the provider's own Authlib

PROXY: dict[str, Any] = {
    "proxy_addresses": ["10.1.0.0/16", "::1"],
    "user_header": "Remote-User",
    "groups_header": "Remote-Groups",
    "group_roles": {"archive": "editor", "staff": "viewer"},
}


def test_a_proxy_names_the_user_and_the_groups_name_the_role(opened: Open) -> None:
    here = opened(**PROXY)
    http = here.client(address="10.1.2.3")
    headers = {"Remote-User": "Anna", "Remote-Groups": "staff, archive"}
    session = http.get("/api/v1/session", headers=headers).json()
    assert (session["actor"], session["role"], session["can_log_out"]) == ("user:anna", "editor", False)
    assert http.get("/api/v1/assets", headers=headers).status_code == 200
    later = {**headers, "Remote-Groups": "staff"}
    assert http.get("/api/v1/session", headers=later).json()["role"] == "viewer", (
        "the groups decide, each time"
    )
    [report] = here.access.users(LOCAL)
    assert (report.name, report.password, report.logins) == ("anna", False, ("proxy",))
    assert report.last_used_at is not None, "although a proxy's user has no session"


@pytest.mark.parametrize("address", ["127.0.0.1", "10.2.0.1", "192.168.1.1", "fe80::1", "testclient", ""])
def test_the_header_of_anybody_else_is_not_believed(opened: Open, address: str) -> None:
    http = opened(**PROXY).client(address=address)
    headers = {"Remote-User": "anna", "Remote-Groups": "archive"}
    assert http.get("/api/v1/assets", headers=headers).status_code == 401
    assert http.get("/api/v1/assets").status_code == 401, "with a proxy that logs in, loopback is not open"


@pytest.mark.parametrize("address", ["::ffff:10.1.2.3", "::1"])
def test_addresses_of_either_family(opened: Open, address: str) -> None:
    http = opened(**PROXY).client(address=address)
    headers = {"Remote-User": "anna", "Remote-Groups": "archive"}
    assert http.get("/api/v1/assets", headers=headers).status_code == 200


def test_a_user_without_a_role_is_refused_and_says_why(opened: Open) -> None:
    here = opened(**PROXY)
    http = here.client(address="10.1.2.3")
    answer = http.get("/api/v1/assets", headers={"Remote-User": "eve", "Remote-Groups": "guests"})
    assert (answer.status_code, answer.json()["code"]) == (403, "access.no_role")
    assert here.access.users(LOCAL) == []


def test_a_proxy_takes_over_nobody_of_the_same_name(opened: Open) -> None:
    here = opened(**PROXY)
    here.add("anna", Role.ADMIN)
    http = here.client(address="10.1.2.3")
    session = http.get("/api/v1/session", headers={"Remote-User": "anna", "Remote-Groups": "staff"}).json()
    assert (session["actor"], session["role"]) == ("user:anna-2", "viewer")
    assert {one.name: one.role for one in here.access.users(LOCAL)} == {
        "anna": Role.ADMIN,
        "anna-2": Role.VIEWER,
    }


def test_behind_a_proxy_with_tls_the_cookie_is_secure_and_guesses_count_by_the_clients_address(
    opened: Open,
) -> None:
    here = opened(proxy_addresses=["10.1.0.1"])
    here.add("anna", Role.ADMIN)
    http = here.client(address="10.1.0.1")
    secure = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}
    login = {"name": "anna", "password": PASSWORD}
    answer = http.post("/api/v1/session", json=login, headers=secure)
    assert answer.headers["set-cookie"].startswith("__Host-dampipe=") and answer.json()["encrypted"] is True
    direct = here.client(address="10.9.9.9").post("/api/v1/session", json=login, headers=secure)
    assert direct.headers["set-cookie"].startswith("dampipe="), (
        "X-Forwarded-Proto of anybody else is not believed"
    )
    for _ in range(10):
        http.post("/api/v1/session", json={**login, "password": "guess"}, headers=secure)
    assert http.post("/api/v1/session", json=login, headers=secure).status_code == 429
    other = {**secure, "X-Forwarded-For": "198.51.100.8"}
    assert http.post("/api/v1/session", json=login, headers=other).status_code == 200


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    users = [
        User(
            sub="sub-anna",
            claims={"preferred_username": "Anna Lee", "email": "root@example.org", "groups": ["archive"]},
        ),
        User(sub="sub-eve", claims={"preferred_username": "eve", "groups": []}),
        User(sub="sub-root", claims={"preferred_username": "root", "groups": ["archive", "owners"]}),
    ]  # fmt: skip
    with run_server_in_thread(user_claims=users) as server:
        yield f"http://localhost:{server.server_port}"


def at_provider(opened: Open, provider: str) -> Guarded:
    here = opened(oidc=True, group_roles={"archive": "editor", "owners": "admin"})
    settings = OidcSettings(provider, "dampipe", "client-secret-0123456789")
    here.library._container.provide(OidcSettings, lambda: settings)
    return here


def log_in(here: Guarded, sub: str) -> tuple[Any, Any]:
    """As a browser does; returns the client and the last answer."""
    http = here.client()
    begun = http.get("/api/v1/session/oidc")
    assert begun.status_code == 303, begun.text
    back = httpx.post(begun.headers["location"], data={"sub": sub}, follow_redirects=False, timeout=30)
    assert back.status_code in (302, 303), back.text
    target = urlsplit(back.headers["location"])
    assert target.path == "/api/v1/session/oidc/callback"
    return http, http.get(f"{target.path}?{target.query}")


def test_a_user_of_the_provider_logs_in_with_the_role_of_the_groups(opened: Open, provider: str) -> None:
    here = at_provider(opened, provider)
    http, answer = log_in(here, "sub-anna")
    assert (answer.status_code, answer.headers["location"]) == (303, "/"), answer.headers
    session = http.get("/api/v1/session").json()
    assert (session["actor"], session["role"], session["can_log_out"]) == ("user:anna.lee", "editor", True)
    again, _ = log_in(here, "sub-anna")
    assert again.get("/api/v1/session").json()["actor"] == "user:anna.lee", "the same user as before"
    [report] = here.access.users(LOCAL)
    assert report.logins == (provider,) and report.sessions == 2


def test_neither_a_name_nor_an_email_address_takes_over_a_user(opened: Open, provider: str) -> None:
    here = at_provider(opened, provider)
    here.add("root", Role.VIEWER)
    here.add("root@example.org", Role.ADMIN)
    for sub, name in (("sub-root", "user:root-2"), ("sub-anna", "user:anna.lee")):
        http, _ = log_in(here, sub)
        assert http.get("/api/v1/session").json()["actor"] == name


def test_who_has_no_role_is_led_back_to_the_login(opened: Open, provider: str) -> None:
    here = at_provider(opened, provider)
    http, answer = log_in(here, "sub-eve")
    assert answer.headers["location"] == "/?login=access.no_role"
    assert http.get("/api/v1/assets").status_code == 401 and here.access.users(LOCAL) == []


def test_a_login_that_was_begun_elsewhere_is_refused(opened: Open, provider: str) -> None:
    """An attacker who has a victim's browser open the last step does not log it in as somebody else."""
    here = at_provider(opened, provider)
    begun = here.client().get("/api/v1/session/oidc")
    back = httpx.post(begun.headers["location"], data={"sub": "sub-anna"}, follow_redirects=False, timeout=30)
    target = urlsplit(back.headers["location"])
    victim = here.client()
    answer = victim.get(f"{target.path}?{target.query}")
    assert (
        answer.headers["location"] == "/?login=oidc.failed"
        and victim.get("/api/v1/assets").status_code == 401
    )
    query = parse_qs(urlsplit(begun.headers["location"]).query)
    assert query["code_challenge_method"] == ["S256"] and query["nonce"] and query["state"]


def test_a_code_cannot_be_used_twice_or_made_up(opened: Open, provider: str) -> None:
    here = at_provider(opened, provider)
    http = here.client()
    state = parse_qs(urlsplit(http.get("/api/v1/session/oidc").headers["location"]).query)["state"][0]
    answer = http.get(f"/api/v1/session/oidc/callback?code=made-up&state={state}")
    assert answer.headers["location"] == "/?login=oidc.failed"
    assert http.get("/api/v1/session/oidc/callback").headers["location"] == "/?login=oidc.failed"


def test_a_provider_that_is_away_or_not_configured(opened: Open) -> None:
    here = at_provider(opened, "http://localhost:1")
    answer = here.client().get("/api/v1/session/oidc")
    assert (answer.status_code, answer.json()["code"]) == (503, "oidc.no_answer")
    assert opened().client().get("/api/v1/session/oidc").json()["code"] == "oidc.off"


def test_the_secret_of_the_client_is_neither_logged_nor_in_an_answer(
    opened: Open, provider: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "dampipe")
    here = at_provider(opened, provider)
    http, answer = log_in(here, "sub-anna")
    said = caplog.text + answer.text + str(answer.headers) + http.get("/api/v1/session").text
    assert "client-secret-0123456789" not in said
    assert not re.search(r"eyJ[\w-]+\.", said), "nor an ID token"


def test_roles_of_groups() -> None:
    policy = LoginPolicy(group_roles={"a": "viewer", "b": "manager"}, default_role="commenter")
    assert policy.role_of(["a", "b", "c"]) == Role.MANAGER
    assert policy.role_of(["c"]) == Role.COMMENTER
    assert LoginPolicy().role_of(["a"]) is None
