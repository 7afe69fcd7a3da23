"""Roles, scopes and actors."""

import itertools

import pytest

from dampipe.app.errors import SCOPE_TAKEN
from dampipe.app.features import features, scopes
from dampipe.kernel import access
from dampipe.kernel.access import (
    COMMENT,
    CORE,
    EDIT,
    LOCAL,
    MANAGE,
    READ,
    SCAN,
    SEARCH,
    SYSTEM,
    Actor,
    ActorKind,
    Role,
    Scope,
    require,
    scopes_of,
)
from dampipe.kernel.errors import CannotStart, ExitCode, Forbidden
from dampipe.kernel.feature import Feature


def test_each_role_may_do_what_the_ones_before_it_may() -> None:
    may = [set(scopes_of(role)) for role in Role]
    assert all(less < more for less, more in itertools.pairwise(may)), "and something more"
    assert may[-1] == set(CORE)
    assert [str(role) for role in Role] == ["viewer", "commenter", "editor", "manager", "admin"]


@pytest.mark.parametrize("scope", CORE, ids=str)
@pytest.mark.parametrize("role", Role, ids=str)
def test_a_user_may_do_what_the_role_may_and_is_told_the_scope_that_is_missing(
    role: Role, scope: Scope
) -> None:
    anna = Actor(ActorKind.USER, "anna", role)
    if role >= scope.least:
        require(anna, scope)
        return
    with pytest.raises(Forbidden) as error:
        require(anna, scope)
    assert error.value.exit_code == ExitCode.FORBIDDEN
    assert error.value.code == "access.scope_missing"
    assert error.value.parameters == {"actor": "user:anna", "scope": scope.name, "role": str(scope.least)}
    assert scope.name in str(error.value) and str(scope.least) in error.value.hint


def test_a_viewer_scans_nothing_and_a_commenter_changes_no_tag() -> None:
    viewer, commenter = Actor(ActorKind.USER, "v", Role.VIEWER), Actor(ActorKind.USER, "c", Role.COMMENTER)
    assert viewer.may(READ) and not viewer.may(COMMENT) and not viewer.may(SCAN)
    assert commenter.may(COMMENT) and not commenter.may(EDIT)


def test_a_token_has_only_its_scopes_and_never_more_than_its_role() -> None:
    token = Actor(ActorKind.TOKEN, "ci", Role.EDITOR, frozenset({"search", "manage"}))
    assert token.may(SEARCH)
    assert not token.may(READ), "not one of its scopes"
    assert not token.may(MANAGE), "the role lacks it"


def test_what_events_and_logs_call_an_actor() -> None:
    token = Actor(ActorKind.TOKEN, "render-farm")
    assert [str(actor) for actor in (LOCAL, SYSTEM, token)] == ["local", "worker", "token:render-farm"]
    assert all(actor.may(scope) for actor in (LOCAL, SYSTEM) for scope in CORE)


def test_names_of_scopes_are_single_words_and_unique(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(scope.name.isidentifier() and scope.name.islower() for scope in scopes())
    twice = Feature("stars", "stars", scopes=(Scope("read", "Something else.", Role.EDITOR),))
    monkeypatch.setattr("dampipe.app.features.features", lambda: (*features(), twice))
    scopes.cache_clear()
    try:
        with pytest.raises(CannotStart) as error:
            scopes()
        assert error.value.code == SCOPE_TAKEN.code
    finally:
        scopes.cache_clear()


def test_the_kernel_lists_all_of_its_scopes() -> None:
    assert set(CORE) == {one for one in vars(access).values() if isinstance(one, Scope)}
