"""Comments when another version arrives: they stay with what they were made on, and are carried to what is current."""

import pytest

from dampipe.features.alignment.model import Fate
from dampipe.features.derivatives.sign_items import SIGN
from dampipe.features.derivatives.tables import DERIVATIVE
from dampipe.features.review.model import CommentEdit
from dampipe.features.review.tables import CARRY, COMMENT
from dampipe.features.versions.model import Metadata, SplitRequest
from dampipe.features.versions.service import VersionService
from dampipe.kernel.access import LOCAL, Role
from dampipe.kernel.errors import NotFound
from tests.integration.review.conftest import A, B, C, Reviewing
from tests.support.searching import sha1


def versions(here: Reviewing) -> VersionService:
    found: VersionService = here.service(VersionService)
    return found


def due(here: Reviewing) -> int:
    with here.database.read() as connection:
        return len(connection.execute(CARRY.select()).all())


def test_comments_move_with_their_frames(here: Reviewing) -> None:
    """The new version has another beginning, and lacks frames 300 to 400."""
    kept = here.add(text="kept", start="00:00:04:00")
    lost = here.add(text="lost", start="00:00:14:00")
    span = here.add(text="span", start="00:00:11:00", end="00:00:17:00")
    gone = here.add(text="gone", start="00:00:12:10", end="00:00:13:00")
    whole = here.add(text="whole")
    reply = here.review.reply(LOCAL, kept.id, "yes").replies[0]
    assert due(here) == 0
    here.stack(A, B)
    assert due(here) == 1
    [first, *pending] = here.of(B)
    assert first.id == whole.id and first.now is None
    assert {one.now.text for one in pending if one.now} == {"pending"}
    assert here.sweep() == {} and due(here) == 1, "there is no proxy yet"

    here.align(A, B, (0, 300, 50), (400, 700, 350))
    with here.database.write() as connection:
        connection.execute(CARRY.update().values(next_at=0.0))
    assert here.sweep() == {"comments_carried": 1} and here.sweep() == {}
    [event] = here.events("comments.carried")
    assert event.data == '{"carried": 2, "gone": 2}'
    assert (event.actor, event.asset, event.sha1) == ("worker", here.asset(A), sha1(B))

    now = {one.id: one.now for one in here.of(A)}
    place = now[kept.id]
    assert (
        place
        and place.start
        and (place.fate, place.moved, place.text)
        == (
            Fate.CARRIED,
            50,
            "moved +50 frames",
        )
    )
    assert (place.start.frame, place.start.timecode) == (150, "00:00:06:00")
    place = now[lost.id]
    assert place and (place.fate, place.text) == (Fate.GONE, "no longer there")
    assert place.before and place.after and (place.before.frame, place.after.frame) == (349, 350)
    place = now[span.id]
    assert place and place.start and place.end
    assert (place.start.frame, place.end.frame, place.text) == (325, 375, "moved +50 frames")
    place = now[gone.id]
    assert place and place.fate is Fate.GONE and place.before and place.before.frame == 349
    stored = here.review.show(LOCAL, reply.id)
    assert stored.start and (stored.start.frame, stored.anchor, stored.asset) == (100, sha1(A), sha1(B))
    order = [one.id for one in here.of(A)]
    assert order == [whole.id, kept.id, span.id, lost.id, gone.id], "by where they are now"


def test_a_comment_on_an_older_version_is_carried_too(here: Reviewing) -> None:
    here.stack(A, B)
    assert due(here) == 0, "there is none"
    one = here.add(A, "on the old one", start="4")
    assert (one.asset, one.anchor, one.now and one.now.fate) == (sha1(B), sha1(A), Fate.PENDING)
    assert due(here) == 1
    here.align(A, B, (0, 750, 10))
    assert here.sweep() == {"comments_carried": 1}
    moved = here.review.edit(LOCAL, one.id, CommentEdit(start="00:00:08:00"))
    assert moved.start and moved.now and moved.now.start
    assert (moved.start.frame, moved.now.start.frame) == (200, 210), "times of an edit are of its own version"


def test_undo_of_a_stack_gives_each_its_comments_again(here: Reviewing) -> None:
    on_a, on_b = here.add(A, "a", start="1"), here.add(B, "b", start="2")
    here.review.reply(LOCAL, on_b.id, "reply")
    loose = here.add(B, "its version is deleted by now")
    with here.database.write() as connection:
        connection.execute(COMMENT.update().where(COMMENT.c.id == loose.id).values(version_id=None))
    assert here.stack(A, B)["comments"] == "3 comments"
    assert {one.id for one in here.of(A)} == {on_a.id, on_b.id, loose.id}
    later = here.add(B, "while they were one")
    assert here.searching.names("reply", only="words") == ["b.mp4"]
    versions(here).undo(LOCAL, sha1(A))
    assert {one.id for one in here.of(A)} == {on_a.id}
    assert {one.id for one in here.of(B)} == {on_b.id, loose.id, later.id}
    assert [one.text for one in here.review.show(LOCAL, on_b.id).replies] == ["reply"]
    assert here.review.show(LOCAL, loose.id).anchor is None


@pytest.mark.parametrize("metadata", Metadata)
def test_after_a_split_comments_are_with_their_versions(here: Reviewing, metadata: Metadata) -> None:
    on_a, on_b = here.add(A, "a", start="1"), here.add(B, "b", start="2")
    here.stack(A, B)
    versions(here).split(LOCAL, SplitRequest(version=sha1(A), metadata=metadata))
    assert [one.id for one in here.of(A)] == [on_a.id] and [one.id for one in here.of(B)] == [on_b.id]
    versions(here).undo(LOCAL, sha1(A))
    assert {one.id for one in here.of(A)} == {on_a.id, on_b.id}


def test_a_version_that_is_deleted_leaves_what_was_said(here: Reviewing) -> None:
    one = here.add(A, "said", start="1")
    here.stack(A, B)
    from dampipe.features.assets.tables import VERSION

    with here.database.write() as connection:
        connection.execute(VERSION.delete().where(VERSION.c.sha1 == sha1(A)))
    [found] = here.of(B)
    assert (found.id, found.anchor, found.now and found.now.fate) == (one.id, None, Fate.GONE)
    assert found.start and (found.start.ticks, found.start.frame) == (25, None)
    with pytest.raises(NotFound) as raised:
        here.review.edit(LOCAL, one.id, CommentEdit(start="2"))
    assert raised.value.code == "comment.version_gone"
    assert here.review.edit(LOCAL, one.id, CommentEdit(text="still", whole=True)).start is None
    assert here.sweep() == {} and due(here) == 0, "nothing is left to carry"


def test_a_version_that_is_not_visible_is_not_named(here: Reviewing) -> None:
    nora = here.user("nora", Role.COMMENTER, "night")
    one = here.add(A, "on what she does not see", start="1")
    here.stack(A, C)
    found = here.review.show(nora, one.id)
    assert (found.asset, found.anchor) == (sha1(C), None)
    assert found.start and found.start.frame is None, "nor its frames"
    mine = here.add(C, "mine", nora, start="1")
    versions(here).undo(LOCAL, sha1(A))
    with pytest.raises(NotFound):
        here.review.show(nora, one.id)
    assert here.review.show(nora, mine.id).is_mine


def test_signatures_are_requested_for_what_is_to_be_carried(here: Reviewing) -> None:
    from dampipe.jobs.tables import RUN
    from dampipe.media.outputs import DerivativeKind

    here.add(A, "x", start="1")
    here.stack(A, B)
    for path in (A, B):
        row = here.searching.catalog.assets.find(sha1(path))
        columns = {
            "version_id": row.id,
            "kind": str(DerivativeKind.PROXY),
            "recipe": "r",
            "key": f"{path}.mp4",
        }
        with here.database.write() as connection:
            connection.execute(DERIVATIVE.insert().values(**columns, size=1, media_type="video/mp4"))
    assert here.sweep() == {} and due(here) == 1
    with here.database.read() as connection:
        rows = connection.execute(RUN.select().where(RUN.c.stage == SIGN)).all()
    assert len(rows) == 2
