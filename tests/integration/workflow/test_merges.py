"""States of assets that become one or two, by the real operations on versions."""

import pytest

from dampipe.features.assets.selected import Selected
from dampipe.features.versions.model import Metadata, SplitRequest, StackRequest
from dampipe.features.versions.service import VersionService
from dampipe.features.workflow.definition import shipped_toml
from dampipe.features.workflow.queries import written_among
from dampipe.kernel.access import LOCAL
from dampipe.kernel.annotations import annotated
from tests.integration.workflow.conftest import FILES, Flowing
from tests.support.searching import sha1

REVIEW = shipped_toml("review")
A, B, C, _ = FILES


def versions(flow: Flowing) -> VersionService:
    found: VersionService = flow.service(VersionService)
    return found


def stack(flow: Flowing, target: str, other: str) -> str:
    """What the operation says of the workflow."""
    [done] = versions(flow).stack(LOCAL, StackRequest(asset=sha1(target), others=(sha1(other),)))
    return done.metadata.get("workflow", "")


def approve(flow: Flowing, *paths: str) -> None:
    flow.move(LOCAL, "submit", *paths)
    flow.move(LOCAL, "approve", *paths)


def test_a_draft_that_is_stacked_on_what_is_approved_is_not_approved(flow: Flowing) -> None:
    flow.apply(REVIEW)
    approve(flow, A)
    assert stack(flow, A, B) == "Draft"
    assert flow.state(A) == flow.state(B) == "draft"
    assert flow.workflow.history(LOCAL, sha1(A))[0].transition == "merge"
    versions(flow).undo(LOCAL, sha1(A))
    assert (flow.state(A), flow.state(B)) == ("approved", "draft")


def test_what_is_approved_and_stacked_on_a_draft_is_a_draft(flow: Flowing) -> None:
    flow.apply(REVIEW)
    approve(flow, B)
    stack(flow, A, B)
    assert flow.state(A) == "draft"
    versions(flow).undo(LOCAL, sha1(A))
    assert (flow.state(A), flow.state(B)) == ("draft", "approved")


def test_two_that_are_approved_stay_so(flow: Flowing) -> None:
    flow.apply(REVIEW)
    approve(flow, A, B)
    assert stack(flow, A, B) == "Approved"
    assert (flow.state(A), flow.show(A).by) == ("approved", "local")


def test_undoing_a_merge_does_not_bring_an_approval_back_that_was_taken_away(flow: Flowing) -> None:
    flow.apply(REVIEW)
    approve(flow, A, B)
    stack(flow, A, B)
    flow.workflow.move_one(LOCAL, sha1(A), "reopen", "the wrong take")
    versions(flow).undo(LOCAL, sha1(A))
    assert (flow.state(A), flow.state(B)) == ("draft", "draft")


def test_undoing_a_merge_keeps_what_was_changed_since(flow: Flowing) -> None:
    flow.apply(REVIEW)
    flow.move(LOCAL, "submit", B)
    stack(flow, A, B)
    approve(flow, A)
    versions(flow).undo(LOCAL, sha1(A))
    assert (flow.state(A), flow.state(B)) == ("approved", "in_review")


def test_the_assignee_and_the_due_date(flow: Flowing) -> None:
    flow.apply(REVIEW)
    flow.workflow.assign(LOCAL, Selected(assets=(sha1(B),)), "anna")
    flow.workflow.assign(LOCAL, Selected(assets=(sha1(C),)), "carl")
    flow.workflow.set_due(LOCAL, Selected(assets=(sha1(C),)), "2026-12-24", "Europe/Berlin")
    stack(flow, A, B)
    assert (flow.show(A).assignee, flow.show(A).due) == ("anna", None)
    stack(flow, A, C)
    shown = flow.show(A)
    assert (shown.assignee, shown.zone) == ("anna", "Europe/Berlin")
    versions(flow).undo(LOCAL, sha1(C))
    assert (flow.show(A).assignee, flow.show(A).due) == ("anna", None)
    assert (flow.show(C).assignee, flow.show(C).zone) == ("carl", "Europe/Berlin")


@pytest.mark.parametrize(
    ("metadata", "new"), [(Metadata.BOTH, "approved"), (Metadata.OLD, "draft"), (Metadata.NEW, "draft")]
)
def test_a_version_that_is_split_off(flow: Flowing, metadata: Metadata, new: str) -> None:
    flow.apply(REVIEW)
    approve(flow, A, B)
    stack(flow, A, B)
    versions(flow).split(LOCAL, SplitRequest(version=sha1(B), metadata=metadata))
    assert (flow.state(A), flow.state(B)) == ("approved", new)
    versions(flow).undo(LOCAL, sha1(A))
    assert flow.state(A) == flow.state(B) == new


def test_assets_become_one_while_there_is_no_workflow(flow: Flowing) -> None:
    assert stack(flow, A, B) == ""
    flow.apply(REVIEW)
    approve(flow, A)
    flow.workflow.assign(LOCAL, Selected(assets=(sha1(C),)), "anna")
    flow.apply(shipped_toml("none"))
    stack(flow, A, C)
    flow.apply(REVIEW)
    assert (flow.state(A), flow.show(A).assignee) == ("draft", "anna")


def test_what_somebody_moved_or_assigned_outlives_its_files(flow: Flowing) -> None:
    flow.apply(REVIEW)
    flow.move(LOCAL, "submit", A)
    flow.workflow.assign(LOCAL, Selected(assets=(sha1(B),)), "anna")
    flow.workflow.assign(LOCAL, Selected(assets=(sha1(C),)), "anna")
    flow.workflow.assign(LOCAL, Selected(assets=(sha1(C),)), None)
    ids = {path: flow.asset(path) for path in FILES}
    with flow.database.read() as connection:
        found = written_among(connection, list(ids.values()))
        assert set(found) == {ids[A], ids[B]}
        assert found <= annotated(connection, list(ids.values()))
