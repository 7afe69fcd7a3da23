"""Work that a process does once for all of its tests, where the product does it once per process, too."""

import copy
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import fastapi.applications
import pytest
from fastapi import APIRouter, FastAPI
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from dampipe.features.access import secrets
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.hwaccel import detection, host
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.media.recipes import ProxyRecipe
from tests.support.demo_clips import folder_of_run

__all__ = ["password_hasher", "shared_detection", "shared_endpoints"]


@pytest.fixture(scope="session", autouse=True)
def shared_endpoints() -> Iterator[None]:
    """Applications share the endpoints of a router, which FastAPI would prepare again for each of them.

    That takes a second, and describing them in OpenAPI another one. A deployment has one application per process, tests
    have one per library. Endpoints find the services through the request's application, so that none keeps those of
    another.
    """
    include, describe = FastAPI.include_router, fastapi.applications.get_openapi
    endpoints: dict[tuple[int, str], tuple[APIRouter, Any]] = {}
    described: dict[tuple[object, ...], dict[str, Any]] = {}

    def include_once(app: FastAPI, router: APIRouter, *, prefix: str = "", **more: Any) -> None:
        key = id(router), f"{prefix} {sorted(map(str, app.router.responses))} {more}"
        if key in endpoints:
            app.router.routes.append(endpoints[key][1])
            app.openapi_schema = None  # a description without these endpoints is not kept
        else:
            include(app, router, prefix=prefix, **more)
            endpoints[key] = (
                router,
                app.router.routes[-1],
            )  # the router lives, so that its id is not another's

    def describe_once(*, routes: list[Any], **more: Any) -> dict[str, Any]:
        shared = {id(endpoint) for _, endpoint in endpoints.values()}
        key = (repr(more), *(id(route) if id(route) in shared else _code(route) for route in routes))
        if key not in described:
            described[key] = describe(routes=routes, **more)
        return copy.deepcopy(described[key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FastAPI, "include_router", include_once)
        patch.setattr(fastapi.applications, "get_openapi", describe_once)
        yield


def _code(route: Any) -> object:
    """What a route of an application itself has in common with that of another one: `create_app` makes its functions for
    each application."""
    return getattr(getattr(route, "endpoint", None), "__code__", None) or getattr(route, "path", None)


@pytest.fixture(scope="session", autouse=True)
def password_hasher() -> Iterator[Callable[[], PasswordHash]]:
    """Tests hash passwords with the least memory and time. Yields what makes the hasher of the product."""
    real = secrets._hasher

    @cache
    def hasher() -> PasswordHash:
        return PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "_hasher", hasher)
        yield real


@pytest.fixture(scope="session", autouse=True)
def shared_detection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Libraries share what was found out about the video hardware of this machine, as all processes of a home folder do.

    Each test has a home folder of its own, for which ffmpeg would try each kind of hardware again.
    """
    found, detect = folder_of_run(tmp_path_factory) / "hardware", host.detect

    def detect_once(
        ffmpeg: Ffmpeg, cache: Path, recipe: ProxyRecipe, families: Sequence[str], ignore_cache: bool = False
    ) -> list[Acceleration]:
        shared = found / detection.machine_key(ffmpeg, recipe, families)
        shared.mkdir(parents=True, exist_ok=True)
        return detect(ffmpeg, cache if ignore_cache else shared, recipe, families, ignore_cache)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(host, "detect", detect_once)
        yield
