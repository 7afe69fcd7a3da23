"""Footage on file servers: what the contract of stores does not say, and faults of each kind of server."""

import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import pytest

from dampipe.kernel.errors import InvalidInput, NotFound, Permanent, Transient
from dampipe.storage.files.base import FileEntry, FileStore, Unread
from dampipe.storage.files.sftp import SftpFiles
from dampipe.storage.files.smb import SmbFiles
from dampipe.storage.files.smb_names import name_of_wire, path_of_key
from dampipe.storage.files.webdav import WebdavFiles
from tests.support.openssh import OpenSsh, running_openssh
from tests.support.samba import Samba, running_samba
from tests.support.webdav_server import Webdav, running_webdav

CONTENT = os.urandom(20_000_000)


class Server(Protocol):
    """A server that a test can kill."""

    share: Path

    def kill(self) -> None: ...

    def start(self) -> None: ...

    def restart(self) -> None: ...


@pytest.fixture
def samba() -> Iterator[Samba]:
    with running_samba() as server:
        yield server


@pytest.fixture
def openssh() -> Iterator[OpenSsh]:
    with running_openssh() as server:
        yield server


@pytest.fixture
def webdav() -> Iterator[Webdav]:
    with running_webdav() as server:
        yield server


def smb_files(server: Samba, **config: Any) -> SmbFiles:
    return SmbFiles.from_config(
        {"root": server.url, "user": server.USER, "password": server.PASSWORD, **config}
    )


def sftp_files(server: OpenSsh, **config: Any) -> SftpFiles:
    files = {"key_file": str(server.key), "known_hosts": str(server.known_hosts)}
    return SftpFiles.from_config({"root": server.url, "user": server.user, **files, **config})


def webdav_files(server: Webdav, **config: Any) -> WebdavFiles:
    return WebdavFiles.from_config(
        {"root": server.url, "user": server.USER, "password": server.PASSWORD, **config}
    )


MAKE: dict[str, Callable[..., FileStore]] = {
    "samba": smb_files,
    "openssh": sftp_files,
    "webdav": webdav_files,
}


@pytest.fixture(params=MAKE)
def served(request: pytest.FixtureRequest) -> Iterator[tuple[Server, FileStore]]:
    server = request.getfixturevalue(request.param)
    store = MAKE[request.param](server)
    yield server, store
    store.close()


def test_a_server_that_is_restarted_in_mid_file_is_read_on(served: tuple[Server, FileStore]) -> None:
    server, store = served
    (server.share / "x").write_bytes(CONTENT)
    with store.open("x", store.stat("x")) as file:
        assert file.read(1000) == CONTENT[:1000]
        server.restart()
        assert file.read() == CONTENT[1000:]
        server.restart()
        file.seek(7)
        assert file.read(10) == CONTENT[7:17]


def test_a_server_that_is_gone_in_mid_file_is_transient(served: tuple[Server, FileStore]) -> None:
    server, store = served
    (server.share / "x").write_bytes(CONTENT)
    with store.open("x", store.stat("x")) as file:
        assert file.read(1000) == CONTENT[:1000]
        server.kill()
        with pytest.raises(Transient) as caught:
            file.read()
        assert caught.value.code == "source.unreachable"
        server.start()
        file.seek(0)
        assert file.read() == CONTENT


def test_a_server_that_is_gone_in_mid_listing_calls_nothing_missing(served: tuple[Server, FileStore]) -> None:
    server, store = served
    for key in ("a/1", "a/2", "b/3", "c/4"):
        (server.share / key).parent.mkdir(exist_ok=True)
        (server.share / key).write_bytes(b"x")
    listing = store.list()
    first = list(islice(listing, 2))
    assert [item.key for item in first if isinstance(item, FileEntry)] == ["a/1", "a/2"]
    server.kill()
    [rest] = listing
    assert isinstance(rest, Unread)
    assert rest.prefix == ""
    server.start()
    assert [item.key for item in store.list() if isinstance(item, FileEntry)] == ["a/1", "a/2", "b/3", "c/4"]


def test_a_server_that_is_restarted_in_mid_listing_is_listed_on(served: tuple[Server, FileStore]) -> None:
    server, store = served
    for key in ("a/1", "b/2"):
        (server.share / key).parent.mkdir()
        (server.share / key).write_bytes(b"x")
    listing = store.list()
    next(listing)
    server.restart()
    assert [item.key for item in listing if isinstance(item, FileEntry)] == ["b/2"]


# SMB


def test_a_guest_reads_what_is_open_to_all(samba: Samba) -> None:
    (samba.public / "x").write_bytes(b"content")
    root = f"smb://127.0.0.1:{samba.port}/open"
    store = SmbFiles.from_config({"root": root})
    assert [item.key for item in store.list() if isinstance(item, FileEntry)] == ["x"]
    assert store.open("x").read() == b"content"
    samba.restart()
    assert store.stat("x").size == 7
    with pytest.raises(Permanent) as caught:
        next(SmbFiles.from_config({"root": samba.url}).list())
    assert caught.value.code == "source.denied"


def test_a_user_that_the_server_does_not_know_is_no_guest(samba: Samba) -> None:
    with pytest.raises(Permanent) as caught:
        smb_files(samba, user="nobody-knows-me").stat("x")
    assert caught.value.code == "source.denied"


def test_names_are_compared_exactly_although_the_server_ignores_case(samba: Samba) -> None:
    (samba.share / "Card").mkdir()
    (samba.share / "Card" / "Clip.mov").write_bytes(b"x")
    store = smb_files(samba)
    assert store.is_folder("Card")
    assert not store.is_folder("card")
    assert list(store.list("card/")) == []
    with pytest.raises(NotFound):
        store.stat("Card/clip.mov")


def test_alternate_streams_and_wild_cards_are_no_files(samba: Samba) -> None:
    (samba.share / "x").write_bytes(b"x")
    store = smb_files(samba)
    for key in ("x:stream", "x::$DATA", "*", "?", "a\\x", "..\\x", "<"):
        with pytest.raises(NotFound):
            store.stat(key)
        with pytest.raises(NotFound):
            store.open(key)


def test_a_folder_that_leads_back_to_one_above_it_is_not_followed(samba: Samba) -> None:
    (samba.share / "a" / "b").mkdir(parents=True)
    (samba.share / "a" / "x").write_bytes(b"x")
    (samba.share / "a" / "b" / "up").symlink_to("..")
    (samba.share / "a" / "top").symlink_to("..")
    assert [item.key for item in smb_files(samba).list() if isinstance(item, FileEntry)] == ["a/x"]


@pytest.mark.parametrize("name", ["\ud800", "a\udc80b", "\udfff\ud800", "😀", "é"])
def test_every_name_of_utf_16_has_a_key(name: str) -> None:
    wire = name.encode("utf-16-le", "surrogatepass")
    key = name_of_wire(wire)
    assert os.fsdecode(os.fsencode(key)) == key
    path = path_of_key(key)
    assert path is not None
    assert path.encode("utf-16-le", "surrogatepass") == wire


@pytest.mark.parametrize(
    "root", ["smb://nas", "smb://nas/", "smb://nas/share/a//b", "smb://nas/a:b", "smb://a:b@nas/x"]
)
def test_addresses_that_are_not_valid(root: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        SmbFiles.from_config({"root": root})
    assert caught.value.code == "source.url_invalid"


# SFTP


def test_a_host_that_is_not_known_is_refused_with_its_fingerprint(openssh: OpenSsh, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")
    with pytest.raises(Permanent) as caught:
        sftp_files(openssh, known_hosts=str(tmp_path / "empty")).stat("x")
    assert caught.value.code == "source.host_unknown"
    assert openssh.fingerprint() in str(caught.value)


def test_a_host_with_another_key_is_refused(openssh: OpenSsh, tmp_path: Path) -> None:
    kind, digits = (openssh.folder / "user_key.pub").read_text().split()[:2]
    (tmp_path / "other").write_text(f"[127.0.0.1]:{openssh.port} {kind} {digits}\n")
    with pytest.raises(Permanent) as caught:
        sftp_files(openssh, known_hosts=str(tmp_path / "other")).stat("x")
    assert caught.value.code == "source.host_changed"
    assert openssh.fingerprint() in str(caught.value)


def test_ssh_config_says_where_a_host_is_and_how_to_reach_it(
    openssh: OpenSsh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (openssh.share / "x").write_bytes(b"content")
    (tmp_path / ".ssh").mkdir()
    common = (
        f"  HostName 127.0.0.1\n  Port {openssh.port}\n  User {openssh.user}\n  IdentityFile {openssh.key}\n"
    )
    (tmp_path / ".ssh" / "config").write_text(f"Host jump\n{common}\nHost nas\n{common}  ProxyJump jump\n")
    (tmp_path / ".ssh" / "known_hosts").write_bytes(openssh.known_hosts.read_bytes())
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    for host in ("jump", "nas"):
        store = SftpFiles.from_config({"root": f"sftp://{host}{openssh.share}"})
        assert store.open("x").read() == b"content"
        store.close()


# WebDAV


def test_digest_authentication() -> None:
    with running_webdav("digest") as server:
        (server.share / "a b").mkdir()
        (server.share / "a b" / "x%41#?.mov").write_bytes(CONTENT)
        store = webdav_files(server)
        [entry] = store.list()
        assert isinstance(entry, FileEntry)
        assert entry.key == "a b/x%41#?.mov"
        with store.open(entry.key, entry) as file:
            file.seek(10_000_000)
            assert file.read(1000) == CONTENT[10_000_000:][:1000]
        with pytest.raises(Permanent):
            webdav_files(server, password="wrong").stat("x")


def test_netrc(webdav: Webdav, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (webdav.share / "x").write_bytes(b"x")
    netrc = tmp_path / ".netrc"
    netrc.write_text(f"machine 127.0.0.1 login {webdav.USER} password {webdav.PASSWORD}\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert WebdavFiles.from_config({"root": webdav.url}).stat("x").size == 1


def test_certificates_are_verified(tmp_path: Path) -> None:
    from tests.support.certificates import self_signed

    certificate = self_signed(tmp_path)
    with running_webdav(certificate=certificate) as server:
        (server.share / "x").write_bytes(b"x")
        with pytest.raises(Transient) as caught:
            webdav_files(server).stat("x")
        assert "certificate" in str(caught.value).lower()
        assert webdav_files(server, verify=str(certificate)).stat("x").size == 1
        assert webdav_files(server, verify=False).stat("x").size == 1


def test_a_folder_is_never_deleted(webdav: Webdav) -> None:
    (webdav.share / "a").mkdir()
    (webdav.share / "a" / "x").write_bytes(b"x")
    webdav_files(webdav).delete("a")
    assert (webdav.share / "a" / "x").exists()
