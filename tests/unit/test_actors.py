"""Every use case takes the actor first, and requires a scope."""

import ast
import inspect
from importlib import import_module
from pathlib import Path

import pytest

import dampipe.app.features  # noqa: F401  (registers them)
from dampipe.kernel.access import Actor

FEATURES = Path(__file__).parents[2] / "dampipe" / "features"
INTERNAL = {
    "AssetService.shown_fields": "words what was read",
    "CheckService.failures": "part of ProcessingService.failures",
    "CheckService.repair_reported": "a work item",
    "EventService.deleted": "part of EventService.page and of the stream",
    "EventService.start": "part of EventService.page and of the stream",
    "FixityService.request_share": "part of SyncService.run",
    "FixityService.scopes": "part of FixityService.run",
    "FixityService.wait_for_share": "part of SyncService.run",
    "GuestService.actor": "finds out who the actor of a request is",
    "GuestService.enter": "before there is an actor",
    "GuestService.leave": "of the own session",
    "GuestService.needs": "before there is an actor",
    "ImportService.check_destination": "part of UploadService.begin",
    "LoginService.actor": "finds out who the actor of a request is",
    "LoginService.begin": "of a login",
    "LoginService.change_password": "of one's own, with the old one",
    "LoginService.log_in": "before there is an actor",
    "LoginService.log_out": "of the own session",
    "LoginService.needs_login": "finds out who the actor of a request is",
    "LoginService.policy": "the settings of logins",
    "LoginService.vouched": "before there is an actor",
    "ModelService.answering": "part of every search",
    "ModelService.names": "of IndexService",
}
"""Public methods of services that are no use cases; each says whose part it is."""
SCOPE_ELSEWHERE = {
    "AssetService.asset_id": "part of use cases that require their own scope",
    "AssetService.asset_ids": "part of use cases that require their own scope",
    "AssetService.asset_ids_in_order": "part of use cases that require their own scope",
    "AssetService.current_sha1": "part of use cases that require their own scope",
    "AssetService.version_id": "part of use cases that require their own scope",
    "AssetService.find": "part of use cases that require their own scope",
    "AssetService.sha1": "part of use cases that require their own scope",
    "CarryService.carry_times": "CarryService.alignment requires it",
    "EventService.follow": "EventService.filter requires it",
    "EventService.page": "EventService.filter requires it",
    "ImportService.begin_for": "part of ImportService.begin and UploadService.start_import",
    "MetadataService.values_of": "MetadataService.of_asset requires it",
    "SearchService.results": "part of SearchService.find and ClipService.export",
}


def _methods() -> dict[str, ast.FunctionDef]:
    found = {}
    for path in sorted(FEATURES.rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and node.name.endswith(("Service", "Requests")):
                for method in node.body:
                    if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
                        found[f"{node.name}.{method.name}"] = method
    return found


METHODS = _methods()


def test_the_exceptions_exist() -> None:
    assert set(INTERNAL) | set(SCOPE_ELSEWHERE) <= set(METHODS)
    assert len(METHODS) > 40


@pytest.mark.parametrize("name", sorted(set(METHODS) - set(INTERNAL)))
def test_a_use_case_takes_the_actor_first_and_requires_a_scope_before_anything_else(name: str) -> None:
    method = METHODS[name]
    first = method.args.args[1] if len(method.args.args) > 1 else None
    assert first is not None and first.arg == "actor" and ast.unparse(first.annotation or first) == "Actor"
    if name not in SCOPE_ELSEWHERE:
        after_docstring = ast.unparse(method.body[1])
        assert after_docstring.startswith("require(actor, ")


def test_the_actor_of_an_endpoint_is_that_of_the_request() -> None:
    """No face but the command line names LOCAL itself."""
    for path in sorted(FEATURES.rglob("http*.py")):
        module = import_module(
            ".".join(("dampipe", *path.relative_to(FEATURES.parent).with_suffix("").parts))
        )
        assert not any(isinstance(value, Actor) for value in vars(module).values()), path
        source = inspect.getsource(module)
        assert "allowed(" in source or "openapi_extra=PUBLIC" in source, path
