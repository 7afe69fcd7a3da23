"""Comments are restored by an undo, and only by those who may."""

import pytest

from dampipe.features.review.drawing import Drawing
from dampipe.features.review.model import CommentEdit
from dampipe.kernel.access import LOCAL, Role
from dampipe.kernel.errors import NotFound
from tests.integration.review.conftest import A, B, Reviewing
from tests.support.searching import sha1

BOX = Drawing.model_validate({"shapes": [{"shape": "rect", "points": [[0, 0], [1, 1]]}]})


def test_a_deleted_thread_is_restored_whole(here: Reviewing) -> None:
    anna, bert = here.user("anna"), here.user("bert")
    one = here.add(text="@bert look", actor=anna, start="1", end="2", drawing=BOX)
    here.review.reply(bert, one.id, "@anna seen")
    here.review.resolve(bert, one.id)
    before = here.review.show(LOCAL, one.id)
    here.review.delete(anna, one.id)
    assert here.of() == [] and here.searching.names("seen", only="words") == []
    done = here.undo(anna)
    assert (done.restored, done.left) == (4, 0), "two comments and two mentions"
    assert here.review.show(LOCAL, one.id) == before
    assert here.searching.names("seen", only="words") == ["a.mp4"]
    assert [row.name for row in here.events()][-2:] == ["comment.created"] * 2
    here.undo(anna, done.edit)
    assert here.of() == []


def test_each_step_back(here: Reviewing) -> None:
    one = here.add(text="first")
    here.review.edit(LOCAL, one.id, CommentEdit(text="second"))
    here.review.resolve(LOCAL, one.id)
    here.undo()
    assert here.review.show(LOCAL, one.id).resolved_at is None
    assert here.events("comment.reopened")
    here.undo()
    found = here.review.show(LOCAL, one.id)
    assert (found.text, found.version) == ("first", 5), "a version is never had twice"
    here.undo()
    with pytest.raises(NotFound):
        here.review.show(LOCAL, one.id)


def test_what_changed_since_stays(here: Reviewing) -> None:
    anna, bert = here.user("anna"), here.user("bert")
    one = here.add(text="first", actor=anna)
    here.review.edit(anna, one.id, CommentEdit(text="second"))
    here.review.resolve(bert, one.id)
    done = here.undo(anna)
    assert (done.restored, done.left, done.examples[0].reason) == (0, 1, "it was changed since")
    here.review.reopen(bert, one.id)
    two = here.add(text="answered", actor=bert)
    here.review.reply(anna, two.id, "yes")
    done = here.undo(bert)
    assert (done.restored, done.examples[0].reason) == (0, "it was answered")
    assert len(here.review.show(LOCAL, two.id).replies) == 1


def test_a_reply_is_not_restored_without_its_thread(here: Reviewing) -> None:
    anna, boss = here.user("anna"), here.user("boss", Role.MANAGER)
    one = here.add(text="first", actor=boss)
    reply = here.review.reply(anna, one.id, "reply").replies[0]
    here.review.delete(anna, reply.id)
    here.review.delete(boss, one.id)
    done = here.undo(anna)
    assert (done.restored, done.examples[0].reason) == (0, "the comment that it answers was deleted")


def test_an_undo_after_assets_became_one(here: Reviewing) -> None:
    one = here.add(B, "about b", start="1")
    here.review.edit(LOCAL, one.id, CommentEdit(text="edited"))
    here.review.delete(LOCAL, one.id)
    here.stack(A, B)
    assert here.undo().restored == 1
    assert [(found.id, found.text) for found in here.of(A)] == [(one.id, "edited")]
    assert here.undo().restored == 1
    [found] = here.of(A)
    assert (found.text, found.anchor) == ("about b", sha1(B))
