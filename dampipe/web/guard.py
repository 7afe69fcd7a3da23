"""The outermost layer of the web server: who may ask, and the headers of every answer."""

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dampipe.kernel.faces import API
from dampipe.kernel.faces.hosts import Hosts
from dampipe.web.refusals import BODY_AMBIGUOUS, CONTROL_CHARACTER, Refused

METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""Content security policy of the page: no script, picture or font from another server or within the markup, so that a
file's name cannot become code. `blob:` is a picture that a person gave the page to search by."""
DOCS_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""Of the documentation, which shows nothing but the API's description: its pages start by a script in the markup."""
API_POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
"""Of answers of the API: a browser that opens a poster or a proxy alone shows it, and runs nothing."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
}
"""Of every answer: no other server's page embeds, frames or opens it and reads along."""
_DOCS = ("/docs", "/redoc")


class Guard:
    """ASGI middleware: refuses requests of foreign pages, answers HEAD, and sets the security headers."""

    def __init__(self, app: ASGIApp, hosts: Hosts, routes: Sequence[BaseRoute], map_origin: str = "") -> None:
        """routes: of the application, to know which endpoints answer HEAD themselves. map_origin: the server of the
        tiles of the map, whose pictures the page may show; empty: none."""
        self._page_policy = page_policy(map_origin)
        self._app = app
        self._hosts = hosts
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # there are no WebSockets
        answers_head = scope["method"] == "HEAD"
        path: str = scope["path"]

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _set_headers(path, MutableHeaders(scope=message), self._page_policy)
            elif answers_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        refused = self._refusal(scope)
        if refused is not None:
            await refused.response()(scope, receive, send_guarded)
            return
        if answers_head and not _is_answered_by_route(self._routes, scope):
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> Refused | None:
        headers = Headers(scope=scope)
        refusal = self._hosts.refusal(scope["method"], headers.getlist)
        if refusal is not None:
            return Refused(403, refusal.code, None, **refusal.parameters)
        if "content-length" in headers and "transfer-encoding" in headers:  # request smuggling
            return Refused(400, BODY_AMBIGUOUS, {"Connection": "close"})
        if "\0" in scope["path"] or b"%00" in scope["query_string"] or b"\0" in scope["query_string"]:
            return Refused(422, CONTROL_CHARACTER)
        return None


def _is_answered_by_route(routes: Sequence[BaseRoute], scope: Scope) -> bool:
    """Whether the route that answers GET requests of a path answers HEAD itself, too."""
    outermost = _outermost(scope)
    for route in routes:
        get, head = (route.matches({**outermost, "method": method})[0] for method in ("GET", "HEAD"))
        if Match.FULL in (get, head):
            return head == Match.FULL
    return False


def _outermost(scope: Scope) -> Scope:
    return {**scope, "root_path": scope.get("app_root_path", scope.get("root_path", ""))}


def allowed_methods(routes: Sequence[BaseRoute], scope: Scope) -> list[str]:
    """The methods that a path answers, over all its routes; HEAD where there is GET."""
    outermost = _outermost(scope)
    found = set()
    for method in METHODS:
        for route in routes:
            serves_files = isinstance(route, Mount)
            if serves_files and method not in ("GET", "HEAD"):
                continue
            if route.matches({**outermost, "method": method})[0] == Match.FULL:
                found.add(method)
    if "GET" in found:
        found.add("HEAD")
    return sorted(found)


def page_policy(map_origin: str) -> str:
    """The policy of the page, with the server of the tiles of the map, if there is one."""
    return PAGE_POLICY.replace("img-src 'self' blob:", f"img-src 'self' blob: {map_origin}".rstrip())


def _set_headers(path: str, headers: MutableHeaders, policy: str) -> None:
    for name, value in HEADERS.items():
        headers[name] = value
    below_docs = path in _DOCS or path.startswith("/docs/")
    below_api = path == API or path.startswith(f"{API}/")
    headers["Content-Security-Policy"] = DOCS_POLICY if below_docs else API_POLICY if below_api else policy
    headers.setdefault("Cache-Control", "no-store" if below_api else "no-cache")
