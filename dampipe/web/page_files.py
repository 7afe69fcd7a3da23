"""The files of the page, served from memory, at addresses by which browsers may keep them.

Each file has two addresses: `/page/dom.js`, which browsers ask for again and again, and one with the version of all
files, `/page/v/0123456789abcdef/dom.js`, which they keep for ever. Files served by the second name others by it, too, so
that all modules of one page are of one version: Django's ManifestStaticFilesStorage rewrites imports in the same way.
"""

import gzip
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from posixpath import join, normpath

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from dampipe.web.compression import SMALLEST, accepts_gzip

ROOT = "/page"
_VERSIONED = re.compile(r"v/([0-9a-f]{16})/(.+)")
_NAMED = f'"{ROOT}/'.encode()
"""How files name others: with the quotation mark, as attributes and imports have it."""
_SCRIPT = re.compile(rb'<script type="module" src="/page/([^"]+)"')
_IMPORT = re.compile(rb"""^import\b[^;'"]*?["']([^"']+)["'];""", re.M)
_KEPT = "public, max-age=31536000, immutable"
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}
"""Media types by the suffix of what is served."""


@dataclass(frozen=True)
class _File:
    content: bytes
    media_type: str
    etag: str


@dataclass(frozen=True)
class _Kept:
    """All files as they were at one time."""

    states: tuple[tuple[str, int, int], ...]
    """The path, time of change and size of each, by which changes are noticed."""
    files: Mapping[str, _File]
    version: str
    answers: dict[tuple[str, bool], Response] = field(default_factory=dict)
    """Those of versioned addresses, by name and whether they are compressed."""
    documents: dict[str, str] = field(default_factory=dict)


class PageFiles:
    """ASGI application below `/page`. Thread-safe."""

    def __init__(self, list_files: Callable[[], Mapping[str, Path]]) -> None:
        """list_files: the files by their names below `/page`, as they are now; their suffixes are in TYPES."""
        self._list = list_files
        self._kept: _Kept | None = None

    def document(self, name: str) -> str:
        """A document whose names of other files are those by which browsers keep them; it announces the modules that
        its script imports, which a browser would find only one after the other. Reads what has changed."""
        kept = self._read()
        if name not in kept.documents:
            content = kept.files[name].content
            modules = _modules_of(kept.files, content)
            links = "".join(f'<link rel="modulepreload" href="{ROOT}/{one}" />' for one in modules)
            linked = content.replace(b"</head>", f"{links}</head>".encode(), 1)
            kept.documents[name] = _named_by(linked, kept.version).decode()
        return kept.documents[name]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises HTTPException."""
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405)
        kept = self._kept or self._read()
        name = scope["path"].removeprefix(f"{ROOT}/")
        versioned = _VERSIONED.fullmatch(name)
        if versioned:
            name = versioned[2]
        file = kept.files.get(name)
        if file is None:
            raise HTTPException(404)
        headers = Headers(scope=scope)
        if versioned and versioned[1] == kept.version:
            answer = self._kept_answer(kept, name, accepts_gzip(headers))
        elif versioned:  # of a page that was loaded before the files changed: all it loads names its version
            answer = Response(_named_by(file.content, versioned[1]), media_type=file.media_type)
        elif headers.get("if-none-match") == file.etag:
            answer = Response(status_code=304, headers={"ETag": file.etag})
        else:
            answer = Response(file.content, media_type=file.media_type, headers={"ETag": file.etag})
        await answer(scope, receive, send)

    @staticmethod
    def _kept_answer(kept: _Kept, name: str, is_compressed: bool) -> Response:
        answer = kept.answers.get((name, is_compressed))
        if answer is None:
            file = kept.files[name]
            content = _named_by(file.content, kept.version)
            headers = {"Cache-Control": _KEPT, "Vary": "Accept-Encoding"}
            if is_compressed and len(content) >= SMALLEST:
                content = gzip.compress(content, mtime=0)
                headers["Content-Encoding"] = "gzip"
            answer = Response(content, media_type=file.media_type, headers=headers)
            kept.answers[name, is_compressed] = answer
        return answer

    def _read(self) -> _Kept:
        paths = self._list()
        states = tuple(
            (str(path), (stat := os.stat(path)).st_mtime_ns, stat.st_size) for path in paths.values()
        )
        kept = self._kept
        if kept is None or kept.states != states:
            files = {name: _read_file(path) for name, path in paths.items()}
            names = sorted(f"{name} {file.etag}" for name, file in files.items())
            kept = self._kept = _Kept(states, files, sha256("\n".join(names).encode()).hexdigest()[:16])
        return kept


def _modules_of(files: Mapping[str, _File], document: bytes) -> list[str]:
    """The names of the modules that a document's script imports, directly or not; those nearest to it first."""
    found: dict[str, None] = {}
    left = [name.decode() for name in _SCRIPT.findall(document)]
    while left:
        nearest, left = left, []
        for name in nearest:
            if name in found or name not in files:
                continue
            found[name] = None
            for imported in _IMPORT.findall(files[name].content):
                address = imported.decode()
                left.append(normpath(join(f"{ROOT}/{name}", "..", address)).removeprefix(f"{ROOT}/"))
    return list(found)


def _read_file(path: Path) -> _File:
    content = path.read_bytes()
    return _File(content, TYPES[path.suffix], f'"{sha256(content).hexdigest()[:32]}"')


def _named_by(content: bytes, version: str) -> bytes:
    return content.replace(_NAMED, _NAMED + f"v/{version}/".encode())
