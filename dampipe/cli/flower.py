"""`dampipe flower`"""

from typing import Any

import click

from dampipe.app.errors import FLOWER_OFF
from dampipe.app.exposure import check_exposure, hosts_of
from dampipe.app.load_settings import load_settings
from dampipe.app.up import FLOWER, check_ports
from dampipe.cli.celery_program import run_celery
from dampipe.kernel.errors import CannotStart
from dampipe.kernel.faces.hosts import Hosts
from dampipe.kernel.faces.remedies import sentences


@click.command(name="flower")
def command() -> None:
    """Run Flower, a web page of queues, workers and tasks.

    It has no login: the setting host decides who can reach it.
    """
    settings = load_settings()
    if not settings.flower_port:
        raise CannotStart(FLOWER_OFF)
    check_ports(settings, {FLOWER})
    exposure = check_exposure(settings)
    if exposure is not None:
        click.echo(f"warning: {sentences(str(exposure), exposure.hint)}", err=True)
    _guard_flower(hosts_of(settings))
    run_celery(
        *("flower", f"--address={settings.host}", f"--port={settings.flower_port}", "--max_tasks=20000"),
        "--tasks_columns=name,args,state,result,received,runtime,worker",
        "--logging=error",  # at lower levels it warns of each worker that has not started yet
    )


def _guard_flower(hosts: Hosts) -> None:
    """Have Flower, in this process, refuse requests of foreign pages, and set security headers in every answer.

    Flower has no option for either; its command creates the application by the name that is replaced here.
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
            refusal = hosts.refusal(str(request.method), request.headers.get_list)
            if refusal is not None:
                return self.get_handler_delegate(request, ErrorHandler, {"status_code": 403})
            return super().find_handler(request, **given)

    flower_command.Flower = GuardedFlower
