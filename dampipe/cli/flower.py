"""`dampipe flower`"""

from typing import TYPE_CHECKING, Any

import click

from dampipe.app.container import process_container
from dampipe.app.errors import FLOWER_OFF
from dampipe.app.exposure import check_exposure, has_login, hosts_of
from dampipe.app.up import FLOWER, check_ports
from dampipe.cli.celery_program import run_celery
from dampipe.features.access.http_session import COOKIE, SECURE_COOKIE
from dampipe.features.access.login import Credentials, LoginService
from dampipe.kernel.access import MANAGE, require
from dampipe.kernel.errors import CannotStart, DampipeError, Forbidden, NotLoggedIn
from dampipe.kernel.faces.hosts import Hosts
from dampipe.kernel.faces.remedies import sentences

if TYPE_CHECKING:
    from tornado.httputil import HTTPServerRequest


@click.command(name="flower")
def command() -> None:
    """Run Flower, a web page of queues, workers and tasks.

    Once there are users, it needs a login at the page as a manager or an admin.
    """
    container = process_container()
    settings = container.settings
    if not settings.flower_port:
        raise CannotStart(FLOWER_OFF)
    check_ports(settings, {FLOWER})
    exposure = check_exposure(settings, lambda: has_login(container))
    if exposure is not None:
        click.echo(f"warning: {sentences(str(exposure), exposure.hint)}", err=True)
    container.set_up()
    _guard_flower(hosts_of(settings), container.get(LoginService))
    tls = (f"--certfile={settings.tls_cert}", f"--keyfile={settings.tls_key}") if settings.tls_cert else ()
    run_celery(
        *(
            "flower",
            f"--address={settings.host}",
            f"--port={settings.flower_port}",
            "--max_tasks=20000",
            *tls,
        ),
        "--tasks_columns=name,args,state,result,received,runtime,worker",
        "--logging=error",  # at lower levels it warns of each worker that has not started yet
    )


def _status(request: "HTTPServerRequest", hosts: Hosts, logins: LoginService) -> int:
    """0, or the status with which a request is refused: of a foreign page, without a login, without the scope."""
    if hosts.refusal(str(request.method), request.headers.get_list) is not None:
        return 403
    name = SECURE_COOKIE if request.protocol == "https" else COOKIE
    cookie = request.cookies.get(name)
    shown = Credentials(
        authorization=request.headers.get("Authorization", ""),
        session=cookie.value if cookie is not None else "",
        address=request.remote_ip or "",
        headers={key.lower(): value for key, value in request.headers.get_all()},
    )
    try:
        require(logins.actor(shown), MANAGE)
    except NotLoggedIn:
        return 401
    except Forbidden:
        return 403
    except DampipeError:
        return 503
    return 0


def _guard_flower(hosts: Hosts, logins: LoginService) -> None:
    """Have Flower, in this process, refuse requests of foreign pages and of those who may not use it, and set security
    headers in every answer.

    Flower has no option for these; its command creates the application by the name that is replaced here.
    """
    from flower import command as flower_command
    from tornado.httputil import HTTPHeaders, HTTPServerRequest
    from tornado.web import ErrorHandler, OutputTransform

    class SecurityHeaders(OutputTransform):  # type: ignore[misc,unused-ignore]
        def transform_first_chunk(
            self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
        ) -> tuple[int, HTTPHeaders, bytes]:
            headers["X-Frame-Options"] = "DENY"
            headers["Content-Security-Policy"] = "frame-ancestors 'none'"
            headers["Cross-Origin-Resource-Policy"] = "same-origin"
            headers["Cross-Origin-Opener-Policy"] = "same-origin"
            headers["Referrer-Policy"] = "same-origin"
            headers["X-Content-Type-Options"] = "nosniff"
            return status_code, headers, chunk

    class GuardedFlower(flower_command.Flower):  # type: ignore[misc,name-defined,unused-ignore]
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.add_transform(SecurityHeaders)

        def find_handler(self, request: HTTPServerRequest, **given: Any) -> Any:
            status = _status(request, hosts, logins)
            if status:
                return self.get_handler_delegate(request, ErrorHandler, {"status_code": status})
            return super().find_handler(request, **given)

    flower_command.Flower = GuardedFlower
