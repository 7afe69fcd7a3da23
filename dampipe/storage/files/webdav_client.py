"""Requests to WebDAV servers (RFC 4918), and their answers."""

import netrc
import ssl
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, unquote_to_bytes
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

import httpx

PORTS = {"webdav": 80, "webdavs": 443}
CONNECT_SECONDS = 30.0
ANSWER_SECONDS = 60.0
_SAFE = "!$&'()*+,-./:;=@_~"
"""Characters that a path may have as they are."""
_PROPERTIES = (
    b'<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/>'
    b"<D:getcontentlength/><D:getlastmodified/><D:getetag/></D:prop></D:propfind>"
)
REDIRECTS = (301, 302, 307, 308)


@dataclass(frozen=True, slots=True)
class Resource:
    """A file or folder as PROPFIND states it."""

    path: bytes
    """Decoded, without "/" at the end."""
    is_folder: bool = False
    size: int | None = None
    mtime: int = 0
    """Seconds since 1970."""
    etag: str = ""
    """As it is stated, with its quotes."""
    status: int = 200
    """Other than 200: the server states nothing of it, for this reason."""

    @property
    def name(self) -> bytes:
        """The last segment of the path."""
        return self.path.rpartition(b"/")[2]


class Answer(Exception):
    """An answer that says that a request failed."""

    def __init__(self, status: int, location: str = "") -> None:
        super().__init__(f"HTTP {status} {httpx.codes.get_reason_phrase(status)}".rstrip())
        self.status = status
        self.location = location


class NotWebdav(Exception):
    """The server answers, but not as a WebDAV server does."""


@dataclass(frozen=True, slots=True)
class WebdavLogin:
    """The server, and how to log in."""

    secure: bool
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    verify: bool | str = True


class WebdavClient:
    """A pool of connections to one server. Safe to use from several threads."""

    def __init__(self, login: WebdavLogin) -> None:
        self._login = login
        self._client = httpx.Client(
            auth=_Auth(login.user, login.password) if login.user or login.password else None,
            verify=_tls(login.verify) if login.secure else True,
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=8),
            headers={"User-Agent": "dampipe", "Accept-Encoding": "identity"},
            trust_env=False,
        )

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def url(self, path: bytes) -> httpx.URL:
        """The URL of a path, whatever its bytes are."""
        return httpx.URL(
            scheme="https" if self._login.secure else "http",
            host=self._login.host,
            port=self._login.port,
            raw_path=quote(path, safe=_SAFE).encode(),
        )

    def request(self, method: str, path: bytes, **arguments: Any) -> httpx.Response:
        """The answer to a request. Raises Answer where it failed."""
        response = self._client.request(method, self.url(path), **arguments)
        _check(response)
        return response

    def get(self, path: bytes, headers: dict[str, str]) -> httpx.Response:
        """The answer to GET, whose body is not read yet; to be closed. Raises Answer."""
        response = self._client.send(
            self._client.build_request("GET", self.url(path), headers=headers), stream=True
        )
        try:
            _check(response)
        except BaseException:
            response.close()
            raise
        return response

    def propfind(self, path: bytes, depth: int) -> list[Resource]:
        """A file or folder, and with a depth of 1 what is in the folder. Raises Answer and NotWebdav."""
        headers = {"Depth": str(depth), "Content-Type": "application/xml; charset=utf-8"}
        request = self._client.build_request("PROPFIND", self.url(path), headers=headers, content=_PROPERTIES)
        response = self._client.send(request, stream=True)
        try:
            _check(response)
            if response.status_code != 207:
                raise NotWebdav("it answers, but does not speak WebDAV at this address")
            return list(_resources(response.iter_bytes()))
        finally:
            response.close()


class _Auth(httpx.Auth):
    """Basic or digest authentication, whichever the server asks for; then without being asked."""

    def __init__(self, user: str, password: str) -> None:
        self._basic = httpx.BasicAuth(user, password)
        self._digest = httpx.DigestAuth(user, password)
        self._chosen: httpx.Auth | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._chosen is not None:
            yield from self._chosen.auth_flow(request)
            return
        response = yield request
        if response.status_code != 401:
            return
        schemes = [text.lower() for text in response.headers.get_list("www-authenticate", split_commas=True)]
        wants_digest = any(text.strip().startswith("digest") for text in schemes)
        self._chosen = self._digest if wants_digest else self._basic
        flow = self._chosen.auth_flow(request)
        first = next(flow)
        if wants_digest:
            first = flow.send(response)
        yield first


def netrc_login(host: str, user: str) -> tuple[str, str] | None:
    """User and password of a host in ~/.netrc; None where it has none of this user ("": any)."""
    try:
        found = netrc.netrc().authenticators(host)
    except (OSError, netrc.NetrcParseError):
        return None
    if found is None or not found[2] or (user and found[0] != user):
        return None
    return found[0], found[2]


def same_etag(one: str, other: str) -> bool:
    """Whether two entity tags are of the same content, as far as they tell."""
    return one.removeprefix("W/").strip('"') == other.removeprefix("W/").strip('"')


def is_strong(etag: str) -> bool:
    """Whether a server may be asked to compare it."""
    return etag.startswith('"') and etag.endswith('"')


def _tls(verify: bool | str) -> ssl.SSLContext | bool:
    if verify is False:
        return False
    return ssl.create_default_context(cafile=verify if isinstance(verify, str) else None)


def _check(response: httpx.Response) -> None:
    if not response.is_success:
        raise Answer(response.status_code, response.headers.get("location", ""))


def _resources(body: Iterator[bytes]) -> Iterator[Resource]:
    parser: Any = XMLPullParser(["end"])
    try:
        for block in body:
            parser.feed(block)
            yield from _finished(parser)
        parser.close()
    except ParseError as error:
        raise NotWebdav("its answer is not XML") from error
    yield from _finished(parser)


def _finished(parser: Any) -> Iterator[Resource]:
    for _, element in parser.read_events():
        if element.tag == "{DAV:}response":
            yield _resource(element)
            element.clear()


def _resource(response: Element) -> Resource:
    href = (response.findtext("{DAV:}href") or "").strip()
    if href.startswith(("http://", "https://")):
        href = "/" + href.partition("://")[2].partition("/")[2]
    path = unquote_to_bytes(href.partition("?")[0]).rstrip(b"/")
    status = _status(response.findtext("{DAV:}status"))
    if status != 200:
        return Resource(path, status=status)
    found: dict[str, str] = {}
    is_folder = False
    for part in response.iterfind("{DAV:}propstat"):
        if _status(part.findtext("{DAV:}status")) != 200:
            continue
        for value in part.iterfind("{DAV:}prop/*"):
            found[value.tag] = (value.text or "").strip()
            is_folder |= value.find("{DAV:}collection") is not None
    length = found.get("{DAV:}getcontentlength", "")
    return Resource(
        path,
        is_folder,
        int(length) if length.isdigit() else None,
        _time(found.get("{DAV:}getlastmodified", "")),
        found.get("{DAV:}getetag", ""),
    )


def _status(line: str | None) -> int:
    """The code of `HTTP/1.1 200 OK`; 200 where there is none."""
    parts = (line or "").split()
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 200


def _time(date: str) -> int:
    try:
        return int(parsedate_to_datetime(date).timestamp())
    except (ValueError, OverflowError):
        return 0
