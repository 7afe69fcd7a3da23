"""Assignees, due dates and tasks; filters of a search and details of an asset."""

from datetime import datetime

import pytest

from dampipe.features.assets.selected import Selected
from dampipe.features.assets.service import AssetService
from dampipe.features.workflow.definition import shipped_toml
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from tests.integration.workflow.conftest import FILES, Flowing
from tests.support.searching import sha1

REVIEW = shipped_toml("review")
A, B, C, D = FILES


def chosen(*paths: str) -> Selected:
    return Selected(assets=tuple(map(sha1, paths)))


def test_tasks_are_what_is_assigned_and_not_done_the_most_urgent_first(flow: Flowing) -> None:
    flow.apply(REVIEW)
    anna, mia = flow.user("anna", Role.EDITOR), flow.user("mia", Role.MANAGER)
    assert flow.workflow.assign(mia, chosen(A, B, C), "Anna").changed == 3
    flow.workflow.assign(mia, chosen(D), "mia")
    flow.workflow.set_due(mia, chosen(B), "2026-12-24", "Europe/Berlin")
    flow.workflow.set_due(mia, chosen(C), "2001-01-01T12:00", "America/New_York")
    mine = flow.workflow.tasks(anna, own=True)
    assert [(one.name, one.overdue) for one in mine] == [("c.mp4", True), ("b.mp4", False), ("a.mp4", False)]
    assert mine[1].due == datetime.fromisoformat("2026-12-24T23:59:59+01:00")
    assert [one.asset for one in flow.workflow.tasks(anna, own=True, limit=1, after=1)] == [sha1(B)]
    assert len(flow.workflow.tasks(anna)) == 4 and len(flow.workflow.tasks(LOCAL, "mia")) == 1
    assert flow.workflow.tasks(LOCAL, own=True) == [], "no user acts"
    token = Actor(ActorKind.TOKEN, "annas", Role.EDITOR, user=anna.user)
    assert len(flow.workflow.tasks(token, own=True)) == 3
    flow.move(mia, "submit", C)
    flow.move(mia, "approve", C)
    assert sha1(C) not in {one.asset for one in flow.workflow.tasks(anna, own=True)}
    assert not flow.show(C).overdue
    again = flow.workflow.assign(mia, chosen(A, B), "anna")
    assert (again.changed, again.unchanged) == (0, 2)
    assert flow.workflow.assign(mia, chosen(A, D), None).changed == 2
    assert [(one.what, one.assignee) for one in flow.workflow.history(anna, sha1(A))] == [
        ("assigned", None), ("assigned", "anna")
    ]  # fmt: skip


def test_assets_are_assigned_only_to_users_who_see_them(flow: Flowing) -> None:
    flow.apply(REVIEW)
    assert flow.workflow.assign(LOCAL, chosen(A), "whoever").changed == 1, "there are no users yet"
    flow.user("root", Role.ADMIN)
    anna = flow.user("anna", Role.EDITOR, "day")
    with pytest.raises(NotFound, match="no user 'ghost'"):
        flow.workflow.assign(LOCAL, chosen(A), "ghost")
    with pytest.raises(Conflict, match="anna does not see 2 of the assets"):
        flow.workflow.assign(LOCAL, chosen(*FILES), "anna")
    assert flow.workflow.assign(LOCAL, chosen(A, B), "anna").changed == 2
    flow.workflow.assign(LOCAL, chosen(C), "root")
    assert {one.asset for one in flow.workflow.tasks(anna)} == {sha1(A), sha1(B)}
    with pytest.raises(NotFound):
        flow.workflow.assign(anna, chosen(C), "anna")
    with pytest.raises(NotFound):
        flow.workflow.set_due(anna, chosen(C), "2026-12-24", "UTC")
    fields = flow.searching.filters
    assert fields.suggestions(anna, "assignee") == ["anna"]
    assert fields.suggestions(LOCAL, "assignee") == ["anna", "root"]
    commenter = flow.user("carl", Role.COMMENTER)
    with pytest.raises(Forbidden, match="edit"):
        flow.workflow.assign(commenter, chosen(A), "carl")


def test_an_assignment_does_not_move_and_a_due_date_is_taken_back(flow: Flowing) -> None:
    flow.apply(REVIEW)
    flow.workflow.set_due(LOCAL, chosen(A), "2026-12-24T18:00", "Europe/Berlin")
    shown = flow.show(A)
    assert (shown.state, shown.since, shown.zone) == ("draft", None, "Europe/Berlin")
    assert flow.workflow.set_due(LOCAL, chosen(A), "2026-12-24T17:00", "UTC").changed == 1, "another zone"
    assert flow.workflow.set_due(LOCAL, chosen(A, B), None, None).changed == 1
    assert flow.show(A).due is None
    with pytest.raises(InvalidInput, match="no time zone"):
        flow.workflow.set_due(LOCAL, chosen(A), "2026-12-24", None)
    assert [(one.what, one.due) for one in flow.workflow.history(LOCAL, sha1(A))] == [
        ("due", None), ("due", "2026-12-24T17:00:00+00:00"), ("due", "2026-12-24T18:00:00+01:00"),
    ]  # fmt: skip


def test_the_filters_of_a_search(flow: Flowing) -> None:
    with pytest.raises(NotFound, match="no state 'draft'"):
        flow.searching.names("", state=("draft",))
    flow.apply(REVIEW)
    anna = flow.user("anna", Role.MANAGER)
    flow.move(LOCAL, "submit", A, C)
    flow.workflow.assign(LOCAL, chosen(A, B), "anna")
    flow.workflow.set_due(LOCAL, chosen(B), "2001-01-01", "UTC")
    flow.workflow.set_due(LOCAL, chosen(A), "2999-01-01", "UTC")

    def names(**filters: tuple[str, ...]) -> set[str]:
        return set(flow.searching.names("", **filters))

    assert names(state=("draft",)) == {"b.mp4", "d.mp4"}
    assert names(state=("in_review",)) == {"a.mp4", "c.mp4"}
    assert names(state=("draft", "in_review")) == {"a.mp4", "b.mp4", "c.mp4", "d.mp4"}
    assert names(state=("approved",)) == set()
    assert names(assignee=("anna",)) == {"a.mp4", "b.mp4"}
    assert names(assignee=("anna",), state=("in_review",)) == {"a.mp4"}
    assert names(due=("overdue",)) == {"b.mp4"}
    assert names(due=("week",)) == set()
    assert names(due=("any",)) == {"a.mp4", "b.mp4"}
    flow.move(anna, "approve", A)
    assert names(due=("any",)) == {"b.mp4"}, "what is done is not due"
    with pytest.raises(NotFound, match="no state 'secret'"):
        names(state=("secret",))
    assert flow.searching.filters.suggestions(LOCAL, "state")[0] == "draft"


def test_the_details_of_an_asset(flow: Flowing) -> None:
    assets = flow.service(AssetService)

    def shown() -> str:
        return dict(assets.shown_fields(assets.show(LOCAL, sha1(A)))).get("workflow", "")

    assert shown() == ""
    flow.apply(REVIEW)
    assert shown() == "Draft"
    flow.workflow.assign(LOCAL, chosen(A), "anna")
    flow.workflow.set_due(LOCAL, chosen(A), "2001-12-24T18:00", "Europe/Berlin")
    assert shown() == "Draft, assigned to anna, overdue since 2001-12-24 18:00 Europe/Berlin"
