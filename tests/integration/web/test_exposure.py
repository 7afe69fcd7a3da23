"""Nothing listens where other machines reach it, unless the settings say that they may."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from dampipe.app.container import Container
from dampipe.app.doctor import examine
from dampipe.app.exposure import check_exposure
from dampipe.app.remedies import remedies
from dampipe.kernel.errors import CannotStart
from dampipe.kernel.faces.remedies import CLI
from dampipe.kernel.settings.settings import Settings
from tests.ports import free_port
from tests.support.commands import run_command

ROOT = Path(__file__).parents[3]


def settings(**values: object) -> Settings:
    return Settings(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "localhost", "LocalHost", "::1", "[::1]"])
def test_loopback_needs_nothing_more(host: str) -> None:
    assert check_exposure(settings(host=host), lambda: False) is None


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "", "192.168.1.5", "10.0.0.1", "fe80::1", "169.254.1.1", "nas.invalid", "8.8.8.8"],
)
def test_other_addresses_are_refused_until_somebody_can_log_in(host: str) -> None:
    with pytest.raises(CannotStart) as refused:
        check_exposure(settings(host=host), lambda: False)
    assert refused.value.code == "host.not_loopback"
    worded = remedies().word(refused.value, CLI)
    for word in ("127.0.0.1", "dampipe user add", "dampipe token create", "ssh -L"):
        assert word in worded
    warning = check_exposure(settings(host=host), lambda: True)
    assert warning is not None and warning.code == "host.no_tls"
    assert check_exposure(settings(host=host, tls_cert="c.pem", tls_key="k.pem"), lambda: True) is None
    proxied = {"proxy_addresses": ["10.0.0.1"], "proxy_user_header": "Remote-User"}
    assert check_exposure(settings(host=host, **proxied), lambda: False) is None
    with pytest.raises(CannotStart):
        check_exposure(settings(host=host, proxy_addresses=["10.0.0.1"]), lambda: False)
    provider = {"oidc_issuer": "https://id.example", "oidc_client_id": "dampipe"}
    assert check_exposure(settings(host=host, **provider), lambda: False).code == "host.no_tls"  # type: ignore[union-attr]


def test_a_name_counts_by_all_its_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"mine": ["127.0.1.1", "::1"], "both": ["127.0.1.1", "192.168.1.5"]}
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda name, _: [(0, 0, 0, "", (one, 0)) for one in found[name]]
    )
    assert check_exposure(settings(host="mine"), lambda: False) is None
    with pytest.raises(CannotStart):
        check_exposure(settings(host="both"), lambda: False)


def environment(home: Path, **values: object) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DAMPIPE_")}
    own = {
        f"DAMPIPE_{name.upper()}": str(value)
        for name, value in {"home": home, "model": "tiny", **values}.items()
    }
    return {**inherited, "PYTHONPATH": str(ROOT), **own}


def run(home: Path, *arguments: str, **values: object) -> "subprocess.CompletedProcess[str]":
    return run_command(*arguments, environment=environment(home, **values))


@pytest.mark.parametrize(
    "command", [["up"], ["serve"], ["flower"], ["serve", "--host", "0.0.0.0"]], ids=" ".join
)
def test_no_command_listens_for_other_machines(tmp_path: Path, command: list[str]) -> None:
    host = "127.0.0.1" if "--host" in command else "0.0.0.0"
    ran = run(tmp_path, *command, host=host, port=free_port(), flower_port=free_port())
    assert ran.returncode == 8, ran.stderr
    assert "dampipe: the setting host is '0.0.0.0': other machines could reach dampipe" in ran.stderr
    assert "dampipe user add" in ran.stderr and "Traceback" not in ran.stderr


def add_user(home: Path, name: str = "anna", role: str = "admin") -> None:
    """With the password `correct horse`."""
    ran = run_command(
        "user", "add", name, "--role", role, environment=environment(home), text="correct horse\n"
    )
    assert ran.returncode == 0, ran.stderr


def test_the_doctor_reports_it(tmp_path: Path) -> None:
    ran = run(tmp_path, "doctor", "--json", host="0.0.0.0")
    [found] = [one for one in json.loads(ran.stdout) if one["what"] == "network"]
    assert (ran.returncode, found["verdict"]) == (10, "broken") and "dampipe user add" in found["hint"]
    add_user(tmp_path)
    tls = {"tls_cert": "c.pem", "tls_key": "k.pem"}
    for given, verdict in (
        ({}, "fine"),
        ({"host": "0.0.0.0"}, "warning"),
        ({"host": "0.0.0.0", **tls}, "fine"),
    ):
        checked = Container(settings(home=tmp_path, **given))
        assert next(one for one in examine(checked) if one.what == "network").verdict == verdict


@contextmanager
def started(
    home: Path, answers_on: int, *arguments: str, **values: object
) -> Iterator["subprocess.Popen[str]"]:
    """A command that serves on the port, answering by now."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dampipe", *arguments],
        env=environment(home, **values), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 90
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{answers_on}/", timeout=30)
                break
            except httpx.TransportError:
                assert process.poll() is None and time.monotonic() < deadline, process.stderr.read()  # type: ignore[union-attr]
                time.sleep(0.2)
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=60)


def test_with_a_user_it_is_served_with_a_warning_and_by_address_or_allowed_name(tmp_path: Path) -> None:
    port = free_port()
    given: dict[str, object] = {
        "host": "0.0.0.0",
        "allowed_hosts": '["dam.example"]',
    }
    add_user(tmp_path)
    with started(tmp_path, port, "serve", port=port, **given) as server:
        refused = httpx.get(f"http://127.0.0.1:{port}/api/v1/assets", timeout=30)
        assert refused.status_code == 401
        statuses = {
            host: httpx.get(f"http://127.0.0.1:{port}/", headers={"Host": host}, timeout=30).status_code
            for host in ("127.0.0.1", "192.168.1.5:8700", "dam.example", "evil.example")
        }
        server.terminate()
        _, errors = server.communicate(timeout=60)
    assert statuses == {"127.0.0.1": 200, "192.168.1.5:8700": 200, "dam.example": 200, "evil.example": 403}
    assert "warning: other machines reach '0.0.0.0' without encryption" in errors


def test_flower_refuses_foreign_pages_and_sets_the_headers(tmp_path: Path) -> None:
    port = free_port()
    given: dict[str, object] = {
        "flower_port": port,
        "allowed_hosts": '["dam.example"]',
        "broker_url": "redis://127.0.0.1:1/0",
    }
    paths = (
        "/",
        "/workers",
        "/tasks",
        "/api/workers",
        "/api/tasks",
        "/static/css/flower.css",
        "/metrics",
        "/nothing",
    )
    with started(tmp_path, port, "flower", **given):
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=url, timeout=60) as client:
            for headers in (
                {"Host": "evil.example"},
                {"Host": f"evil.example:{port}"},
                {"Origin": "http://evil.example"},
                {"Sec-Fetch-Site": "cross-site"},
            ):
                for path in paths:
                    answer = client.get(path, headers=headers)
                    assert answer.status_code == 403, (path, headers)
                    assert "dampipe" not in answer.text
                assert client.post("/api/worker/shutdown/x", headers=headers).status_code == 403
            for headers in (
                {},
                {"Host": "localhost"},
                {"Host": "dam.example", "Origin": "https://dam.example"},
            ):
                assert client.get("/", headers=headers).status_code == 200
                assert client.get("/static/css/flower.css", headers=headers).status_code == 200
            for path in paths:
                found = client.get(path).headers
                assert found["x-frame-options"] == "DENY" and found["x-content-type-options"] == "nosniff", (
                    path
                )
                assert found["cross-origin-resource-policy"] == "same-origin", path


def test_flower_is_reached_only_with_a_login_that_may_manage(tmp_path: Path) -> None:
    web, port = free_port(), free_port()
    add_user(tmp_path, "root", "admin")
    add_user(tmp_path, "vera", "viewer")
    given: dict[str, object] = {"flower_port": port, "port": web, "broker_url": "redis://127.0.0.1:1/0"}
    with started(tmp_path, web, "serve", **given), started(tmp_path, port, "flower", **given):
        statuses = {}
        for name in ("", "vera", "root"):
            with httpx.Client(timeout=60) as client:
                if name:
                    login = {"name": name, "password": "correct horse"}
                    answer = client.post(f"http://127.0.0.1:{web}/api/v1/session", json=login)
                    assert answer.status_code == 200, answer.text
                url = f"http://127.0.0.1:{port}"
                paths = ["/", "/tasks", "/static/css/flower.css", "/metrics"]
                if name != "root":  # Flower itself refuses all requests to its own API by default
                    paths.append("/api/workers")
                statuses[name] = {client.get(f"{url}{path}").status_code for path in paths}
                if name != "root":
                    statuses[name].add(client.post(f"{url}/api/worker/shutdown/x").status_code)
    assert statuses[""] == {401} and statuses["vera"] == {403}
    assert 200 in statuses["root"] and not statuses["root"] & {401, 403}


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_provider_needs_the_extra_that_asks_it(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    own = settings(
        host=host, oidc_issuer="https://id.example", oidc_client_id="dampipe", tls_cert="a", tls_key="b"
    )
    assert check_exposure(own, lambda: False) is None
    monkeypatch.setattr("dampipe.app.exposure.find_spec", lambda _: None)
    with pytest.raises(CannotStart) as refused:
        check_exposure(own, lambda: False)
    assert refused.value.code == "oidc.package_missing"
    assert "authlib" in str(refused.value) and "dampipe[oidc]" in str(refused.value.hint)
