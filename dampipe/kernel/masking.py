"""The one place that decides what of an address or a text is shown: passwords, tokens and keys are not.

Where a URL is ambiguous, too much is masked rather than too little: a password may hold unescaped `@`, `/`, `?`, `#`.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

MASK = "***"

_SCHEME = r"[A-Za-z][A-Za-z0-9+.\-]*://"
_SECRET_NAME = re.compile(r"pass|pwd|token|secret|key|sig|cred|auth", re.I)
"""Parts of names of parameters whose values are never shown."""
_SEPARATED = re.compile(rf"([;,\s]+|::)(?={_SCHEME})")
"""Between the URLs of a list (failover brokers, sentinels) or of a chain of fsspec."""
_URL_IN_TEXT = re.compile(rf"{_SCHEME}[^\s'\"<>`]+")
_ASSIGNMENT = re.compile(
    r"(?P<name>(?<![\w?&;#/-])[\w-]*(?:password|passwd|pwd|secret|token|access_?key|api_?key)[\w-]*"
    r"(?:\s*=\s*|['\"]:\s*))(?P<value>'[^']*'|\"[^\"]*\"|[^\s,;&)}\]]+)",
    re.I,
)
"""`password=s3cret` outside of a URL, as in a connection string of libpq, or `'password': 's3cret'`."""
_LOCAL = ("sqlite", "file", "local")
"""Schemes without a user: an @ is part of a path."""
_TOKENS = ("http", "https")
"""Schemes where a user without a password is a token."""


def mask_url(url: str) -> str:
    """A URL, or a list of them, with its secrets replaced by ***. A path is returned as it is.

    >>> mask_url("redis://user:p@ss/word@nas:6379/0?ssl=true&password=s3cret")
    'redis://user:***@nas:6379/0?ssl=true&password=***'
    >>> mask_url("sqlite:////srv/a:b@c.sqlite")
    'sqlite:////srv/a:b@c.sqlite'
    """
    return "".join(
        part if number % 2 else _mask_one(part) for number, part in enumerate(_SEPARATED.split(url))
    )


def mask_text(text: str) -> str:
    """A text with the secrets of all URLs and assignments in it replaced by ***.

    >>> mask_text("cannot connect to redis://:s3cret@nas:6379//: refused")
    'cannot connect to redis://:***@nas:6379//: refused'
    """
    if "://" in text:
        text = _URL_IN_TEXT.sub(lambda found: mask_url(found[0]), text)
    if "=" in text or ":" in text:
        text = _ASSIGNMENT.sub(lambda found: f"{found['name']}{MASK}", text)
    return text


def mask_options(options: Mapping[str, Any]) -> dict[str, str]:
    """The options of an engine by name, without their values: which of them are secret is the engine's business."""
    return dict.fromkeys(options, MASK)


def url_problem(url: str, *, escaped_at: bool = False) -> str:
    """What is wrong with a URL, in words that quote nothing of it; "" if nothing is.

    escaped_at: whether an @ in the password has to be percent-encoded.
    """
    parts = _SEPARATED.split(url)[::2]
    return next((problem for part in parts if (problem := _problem(part, escaped_at))), "")


def query_names(url: str) -> list[str]:
    """The names of the parameters of a URL, or of all URLs of a list."""
    queries = [_split(part.partition("://")[2])[2] for part in _SEPARATED.split(url)[::2]]
    return [
        unquote(piece.partition("=")[0]) for query in queries for piece in re.split("[&;#]", query) if piece
    ]


def _problem(url: str, escaped_at: bool) -> str:
    scheme, separator, rest = url.partition("://")
    if not separator or not re.fullmatch(_SCHEME, scheme + separator):
        return "it does not begin with a scheme such as redis:// or postgresql+psycopg://"
    if scheme.partition("+")[0].lower() in _LOCAL:
        return ""
    user, address, _ = _split(rest)
    password = user.partition(":")[2]
    if set("/?#") & set(password) or (escaped_at and "@" in password):
        return "write @ / ? # in a password as %40 %2F %3F %23"
    authority = re.split("[/?#]", address, maxsplit=1)[0]
    if authority.count("[") != authority.count("]"):
        return "its IPv6 address lacks a bracket"
    for host in authority.split(","):
        port = _port(host)
        if port and not (port.isascii() and port.isdigit() and int(port[:6]) <= 65535):
            return "its port is not a number from 0 to 65535"
        try:
            host.partition(":")[0].encode("idna")
        except UnicodeError:
            return "its host is not a valid name"
    return ""


def _mask_one(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    if not separator or not re.fullmatch(_SCHEME, scheme + separator):
        return _mask_unschemed(url)
    if scheme.partition("+")[0].lower() in _LOCAL:
        path, mark, query = rest.partition("?")
        return f"{scheme}://{path}{mark}{_mask_query(query)}"
    user, address, query = _split(rest)
    shown = _mask_address(address)
    if user or rest.startswith("@"):
        name, colon, _ = _at_colon(user)
        is_token = user and not colon and scheme.lower() in _TOKENS
        shown = f"{MASK if is_token else name}{f':{MASK}' if colon else ''}@{shown}"
    shown, hash_mark, fragment = shown.partition("#")
    if hash_mark:
        shown += f"#{_mask_query(fragment)}"
    return f"{scheme}://{shown}" + (f"?{_mask_query(query)}" if query else "")


def _mask_unschemed(text: str) -> str:
    """A path as it is; `user:password@host`, whose scheme was forgotten, without the password."""
    if text.startswith(("/", "~", "./", "../")) and not text.startswith("//"):
        return text
    user, at, address = text.rpartition("@")
    name, colon, _ = _at_colon(user)
    if at and colon:
        return f"{name}:{MASK}@{_mask_address(address)}"
    head, mark, query = text.partition("?")
    return _ASSIGNMENT.sub(lambda found: f"{found['name']}{MASK}", head) + mark + _mask_query(query)


def _split(rest: str) -> tuple[str, str, str]:
    """User and password, address with path, and query of what follows the scheme.

    The last @ ends the password, unless it is in the value of a parameter.
    """
    head, _, query = rest.partition("?")
    name, equals, _ = query.partition("@")[0].rpartition("=")
    has_user = "@" in head or not re.search(r"^[^/\[]*:|]:", head)
    if "@" in query and not (equals and (has_user or _SECRET_NAME.search(unquote(name)))):
        before, _, after = rest.rpartition("@")  # the password has a question mark
        address, _, query = after.partition("?")
        return before, address, query
    if head.startswith("/") and ":" not in head.rpartition("@")[0]:  # a socket's path
        return "", head, query
    before, at, address = head.rpartition("@")
    if not at and re.search(r":[^/]*%40", head):
        before, address = re.split("%40", head, maxsplit=head.count("%40"))[0], head.rpartition("%40")[2]
    return before, address, query


def _at_colon(user: str) -> tuple[str, str, str]:
    """Split at the first colon, escaped or not."""
    found = re.search(":|%3a", user, re.I)
    return (user[: found.start()], ":", user[found.end() :]) if found else (user, "", "")


def _port(host: str) -> str:
    return host.rpartition("]")[2].partition(":")[2]


def _mask_address(address: str) -> str:
    """Host and path; what stands for a port and is none may be a password whose @ was forgotten."""
    authority, slash, path = address.partition("/")
    hosts = []
    for host in authority.split(","):
        port = _port(host)
        wrong = port and not (port.isascii() and port.isdigit())
        hosts.append(f"{host[: -len(port)]}{MASK}" if wrong else host)
    return ",".join(hosts) + slash + path


def _mask_query(query: str) -> str:
    shown: list[str] = []
    after_secret = False
    for number, piece in enumerate(re.split("([&;#])", query)):
        if number % 2:
            shown.append(piece)
            continue
        name, equals, value = piece.partition("=")
        if equals:
            after_secret = bool(_SECRET_NAME.search(unquote(name))) or "@" in value
            shown.append(f"{name}={MASK}" if after_secret else piece)
        elif after_secret:  # the rest of a password that has an &
            shown.pop()
        else:
            shown.append(piece)
    return "".join(shown)
