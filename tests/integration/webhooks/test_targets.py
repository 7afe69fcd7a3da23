"""Webhooks lead into no network that the settings do not list, whatever their names resolve to."""

import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dampipe.app.load_settings import load_settings
from dampipe.features.webhooks import target
from dampipe.features.webhooks.model import DeliveryState, NewWebhook
from dampipe.features.webhooks.sender import Sender
from dampipe.features.webhooks.target import Target, Targets, parse_target
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import InvalidInput
from tests.integration.webhooks.conftest import World
from tests.support.receiver import Receiver, Reply

OWN = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1",
    "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:c0a8:101::1", "2001:0:1:2:3:4:f5ff:fffe",
]  # fmt: skip
"""Addresses that are not on the public internet, in all ways of writing that stand for them."""
PUBLIC = ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]


def targets(*networks: str) -> Targets:
    return Targets(load_settings(webhook_networks=list(networks)))


@pytest.mark.parametrize("address", OWN)
def test_own_networks_are_denied(address: str) -> None:
    assert not targets().is_allowed(address)
    assert not targets("10.99.0.0/16", "fd99::/16").is_allowed(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_is_allowed(address: str) -> None:
    assert targets().is_allowed(address)


def test_listed_networks_are_allowed_and_no_others() -> None:
    here = targets("192.168.1.0/24", "fd00:7::/32", "127.0.0.1")
    for address in ("192.168.1.9", "::ffff:192.168.1.9", "fd00:7::9", "127.0.0.1"):
        assert here.is_allowed(address)
    for address in ("192.168.2.9", "::ffff:192.168.2.9", "fd00:8::9", "127.0.0.2", "::1", "169.254.169.254"):
        assert not here.is_allowed(address)


@pytest.mark.parametrize("networks", [["nas"], ["192.168.1.0/33"], ["192.168.1.5/24"], [""]])
def test_a_network_that_is_none_is_refused(networks: list[str]) -> None:
    with pytest.raises(InvalidInput, match="webhook_networks"):
        load_settings(webhook_networks=networks)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com", Target(True, "example.com", 443, "/")),
        ("http://example.com:8080/a/b?c=d#e", Target(False, "example.com", 8080, "/a/b?c=d")),
        ("HTTPS://EXAMPLE.com/%C3%A4", Target(True, "example.com", 443, "/%C3%A4")),
        ("http://[2606:4700::1111]:81/x", Target(False, "2606:4700::1111", 81, "/x")),
    ],
)
def test_parts_of_a_url(url: str, expected: Target) -> None:
    assert parse_target(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com", "file:///etc/passwd", "example.com", "", "http://", "http:///x", "https://user@example.com",
        "https://user:s3cret@example.com/", "http://example.com:0/", "http://example.com:99999/", "http://[::1/",
        "http://example.com/a b", "http://example.com/\r\nX: y", "http://example.com/ä", "gopher://127.0.0.1:6379/_X",
        "http://" + "a" * 300 + ".com/",
    ],
)  # fmt: skip
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        parse_target(url)
    assert raised.value.code == "webhook.url_invalid" and "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0x7f000001", "127.1", "2130706433", "[::1]", "[::ffff:7f00:1]"]
)
def test_a_target_in_an_own_network_is_refused_when_it_is_added(
    host: str, tmp_path: Path, receiver: Receiver
) -> None:
    world = World(tmp_path / "home", f"sqlite:///{tmp_path}/c.sqlite", webhook_networks=[])
    with pytest.raises(InvalidInput) as raised:
        world.service.add(LOCAL, NewWebhook(name="x", url=f"http://{host}:{receiver.port}/"))
    assert raised.value.code == "webhook.address_denied" and "webhook_networks" in raised.value.hint
    assert world.service.all(LOCAL) == []
    world.close()


class Resolver:
    """Answers of a name server that change with each question."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self._real = socket.getaddrinfo

    def __call__(self, host: str, port: int, *rest: Any, **more: Any) -> list[Any]:
        if not host.endswith(".example"):
            return self._real(host, port, *rest, **more)
        self.asked.append(host)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in one], socket.SOCK_STREAM, 6, "", (one, port)) for one in answer]


@pytest.fixture
def resolving(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Resolver]:
    def use(*answers: list[str]) -> Resolver:
        made = Resolver(*answers)
        monkeypatch.setattr(target.socket, "getaddrinfo", made)
        return made

    return use


def test_a_name_that_changes_after_the_check_does_not_lead_elsewhere(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: what is asked once is what is connected to."""
    here = Targets(load_settings(webhook_networks=["127.0.0.2"]))
    questions: list[str] = []
    real = socket.getaddrinfo

    def answer(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        if host == "rebind.example":
            questions.append(host)
            return real("127.0.0.2" if len(questions) == 1 else "127.0.0.1", port, *rest, **more)
        return real(host, port, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    result = Sender(here).send(f"http://rebind.example:{receiver.port}/", ["whsec_" + "A" * 44], "id", "{}")
    assert questions == ["rebind.example"], "resolved once"
    assert receiver.messages == [], "the receiver on 127.0.0.1 was not reached"
    assert "refused" in result.problem


def test_the_host_is_kept_in_the_request(receiver: Receiver, resolving: Callable[..., Resolver]) -> None:
    resolver = resolving(["10.0.0.1", "127.0.0.1"])
    here = Targets(load_settings(webhook_networks=["127.0.0.1"]))
    answer = Sender(here).send(f"http://cms.example:{receiver.port}/x", ["whsec_" + "A" * 44], "id", "{}")
    assert answer.is_accepted and resolver.asked[0] == "cms.example"
    assert receiver.messages[0].headers["host"] == f"cms.example:{receiver.port}"


def test_a_name_that_moves_into_the_own_network_is_not_delivered_to(
    local_world: World, receiver: Receiver, resolving: Callable[..., Resolver]
) -> None:
    resolving(["1.1.1.1"], ["10.0.0.1"])
    local_world.add("cms", f"http://cms.example:{receiver.port}/")
    local_world.record()
    local_world.deliver()
    [entry] = local_world.deliveries("cms")
    assert entry.state is DeliveryState.RETRYING
    assert "(10.0.0.1) is not on the public internet" in entry.problem


@pytest.mark.parametrize(
    ("host", "problem"), [("cms.example", ""), ("other.example", "certificate verify failed")]
)
def test_tls_checks_the_name_of_the_host_and_not_the_address(
    host: str,
    problem: str,
    receiver: Receiver,
    resolving: Callable[..., Resolver],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolving(["127.0.0.1"])
    certificate = make_certificate(tmp_path, "cms.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    receiver.use_tls(context)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    sender = Sender(Targets(load_settings(webhook_networks=["127.0.0.1"])))
    answer = sender.send(f"https://{host}:{receiver.port}/x", ["whsec_" + "A" * 44], "id", "{}")
    assert problem in answer.problem and answer.is_accepted is not bool(problem)
    assert receiver.ids == ([] if problem else ["id"])


def make_certificate(folder: Path, host: str) -> Path:
    """A self-signed certificate and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "certificate.pem"
    file.write_bytes(private + certificate.public_bytes(pem))
    return file


def test_the_test_message_is_bound_by_the_same_rules(local_world: World, receiver: Receiver) -> None:
    local_world.add("cms", receiver.url)
    receiver.answer = lambda _: Reply(302, {"Location": "http://169.254.169.254/"})
    assert "redirects are not followed" in local_world.service.test(LOCAL, "cms").problem
    local_world.container.get(Targets)._networks.clear()
    report = local_world.service.test(LOCAL, "cms")
    assert not report.accepted and "not on the public internet" in report.problem
    assert len(receiver.messages) == 1


def test_proxies_of_the_environment_are_not_used(
    local_world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    local_world.add("cms", receiver.url)
    assert local_world.service.test(LOCAL, "cms").status == 204
