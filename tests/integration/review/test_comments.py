"""Comments and markers: writing, answering, resolving, editing, deleting, listing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dampipe.features.alignment.model import Fate
from dampipe.features.review.drawing import Drawing
from dampipe.features.review.model import Audience, CommentEdit, CommentKind, CommentQuery
from dampipe.kernel.access import LOCAL, Role
from dampipe.kernel.annotations import annotated
from dampipe.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from dampipe.kernel.visibility import EVERYTHING
from tests.integration.review.conftest import SOUND, STILL, A, B, C, Reviewing, guest
from tests.support.searching import sha1

CIRCLE = Drawing.model_validate({"shapes": [{"shape": "ellipse", "points": [[0.1, 0.2], [0.5, 0.6]]}]})


def test_a_comment_is_about_the_asset_a_frame_or_a_span(here: Reviewing) -> None:
    whole = here.add(text="  good \n")
    assert (whole.text, whole.start, whole.now, whole.version) == ("good", None, None, 1)
    assert (whole.asset, whole.anchor, whole.asset_name) == (sha1(A), sha1(A), "a.mp4")
    point = here.add(text="too dark", start="12.5")
    assert point.start is not None and point.end is None
    assert (point.start.frame, point.start.timecode, point.start.base) == (312, "00:00:12:12", "1/25")
    assert point.now is not None and (point.now.fate, point.now.moved, point.now.text) == (
        Fate.CARRIED,
        0,
        "",
    )
    span = here.add(text="cut this", start="00:00:10:00", end="00:00:12:00")
    assert span.start and span.end and (span.start.frame, span.end.frame) == (250, 300)
    last = here.add(text="end", start="29", end="00:00:30:00")
    assert last.end and (last.end.frame, last.end.timecode) == (750, "00:00:30:00"), (
        "the frame after the last"
    )
    marker = here.add(text="", kind=CommentKind.MARKER, name=" slate\n 3 ", start="0")
    assert (marker.name, marker.color, marker.kind) == ("slate 3", "green", CommentKind.MARKER)
    order = [one.id for one in here.of()]
    assert order == [whole.id, marker.id, span.id, point.id, last.id], "those about the asset, then by time"


@pytest.mark.parametrize(
    ("path", "given", "code"),
    [
        (A, {"text": " \n"}, "comment.empty"),
        (A, {"text": "", "name": "a name is for markers"}, "comment.empty"),
        (A, {"text": "x" * 10_001}, "comment.text_too_long"),
        (A, {"text": "nul \0"}, "comment.text_invalid"),
        (A, {"text": "half \ud800"}, "comment.text_invalid"),
        (A, {"name": "half \udfff", "kind": "marker"}, "comment.text_invalid"),
        (A, {"name": "n" * 301, "kind": "marker"}, "comment.text_too_long"),
        (A, {"end": "5"}, "comment.end_alone"),
        (A, {"start": "99"}, "time.outside"),
        (A, {"start": "5", "end": "5"}, "time.empty_span"),
        (A, {"start": "-1"}, "time.outside"),
        (A, {"start": "soon"}, "anchored_time.invalid"),
        (A, {"start": "9" * 400 + "@1/25"}, "anchored_time.invalid"),
        (A, {"color": "mauve"}, "comment.color_invalid"),
        (A, {"drawing": CIRCLE}, "comment.drawing_needs_time"),
        (STILL, {"start": "1"}, "comment.still_time"),
        (SOUND, {"start": "1", "drawing": CIRCLE}, "comment.no_picture"),
    ],
)
def test_what_cannot_be_written(lite: Reviewing, path: str, given: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        lite.add(path, **{"text": "look", **given})
    assert raised.value.code == code
    assert lite.of(path) == [] and lite.events() == []


def test_a_drawing_is_on_a_frame_or_a_still(lite: Reviewing) -> None:
    on_frame = lite.add(text="", start="2", drawing=CIRCLE)
    assert on_frame.drawing == CIRCLE
    assert 'viewBox="0 0 1920 1080"' in lite.review.svg(LOCAL, on_frame.id)
    on_still = lite.add(STILL, text="here", drawing=CIRCLE)
    assert on_still.drawing == CIRCLE
    edited = lite.review.edit(LOCAL, on_still.id, CommentEdit(no_drawing=True))
    assert edited.drawing is None
    with pytest.raises(NotFound) as raised:
        lite.review.svg(LOCAL, on_still.id)
    assert raised.value.code == "comment.no_drawing"
    with pytest.raises(InvalidInput, match="needs the time"):
        lite.review.edit(LOCAL, on_frame.id, CommentEdit(whole=True))
    with pytest.raises(InvalidInput, match="says nothing"):
        lite.review.edit(LOCAL, on_frame.id, CommentEdit(no_drawing=True))


def test_replies_belong_to_the_thread(here: Reviewing) -> None:
    anna, bert = here.user("anna"), here.user("bert")
    first = here.add(text="too dark", start="3", actor=anna)
    thread = here.review.reply(bert, first.id, "how much?")
    [reply] = thread.replies
    thread = here.review.reply(anna, reply.id, "two stops")
    assert [(one.text, one.author_name, one.thread) for one in thread.replies] == [
        ("how much?", "bert", first.id),
        ("two stops", "anna", first.id),
    ]
    assert here.review.show(LOCAL, reply.id) == here.review.show(LOCAL, first.id)
    assert [one.is_mine for one in here.review.show(bert, first.id).replies] == [True, False]
    with pytest.raises(InvalidInput, match="says nothing"):
        here.review.reply(anna, first.id, "  ")
    with pytest.raises(InvalidInput, match="no time of its own"):
        here.review.edit(bert, reply.id, CommentEdit(start="1"))
    resolved = here.review.resolve(bert, reply.id)
    assert (resolved.id, resolved.resolved_by) == (first.id, "user:bert") and resolved.resolved_at
    again = here.review.resolve(anna, first.id, if_version=1)
    assert again == resolved.model_copy(update={"is_mine": True, "replies": again.replies}), (
        "it is resolved already"
    )
    assert here.review.reopen(anna, first.id).resolved_by is None
    assert [row.name for row in here.events("comment.resolved", "comment.reopened")] == [
        "comment.resolved",
        "comment.reopened",
    ]


def test_authors_edit_and_managers_delete(here: Reviewing) -> None:
    anna, boss = here.user("anna"), here.user("boss", Role.MANAGER)
    viewer = here.user("vera", Role.VIEWER)
    one = here.add(text="dark", actor=anna)
    with pytest.raises(Forbidden) as raised:
        here.review.edit(boss, one.id, CommentEdit(text="bright"))
    assert raised.value.code == "comment.not_yours"
    bert = here.user("bert", Role.EDITOR)
    for refused in (bert, viewer):
        with pytest.raises(Forbidden):
            here.review.delete(refused, one.id)
        with pytest.raises(Forbidden):
            here.review.edit(refused, one.id, CommentEdit(text="mine"))
    with pytest.raises(Forbidden):
        here.add(actor=viewer)
    edited = here.review.edit(anna, one.id, CommentEdit(text="darker", start="2"))
    assert (edited.text, edited.version, edited.start and edited.start.frame) == ("darker", 2, 50)
    assert edited.edited_at is not None
    same = here.review.edit(anna, one.id, CommentEdit(text="darker"))
    assert same == edited, "nothing has changed"
    here.review.reply(bert, one.id, "no")
    assert here.review.delete(boss, one.id).count == 2
    for number in (one.id, one.id + 1):
        with pytest.raises(NotFound) as gone:
            here.review.show(anna, number)
        assert gone.value.code == "comment.unknown"


def test_a_token_of_a_user_is_the_user(lite: Reviewing) -> None:
    from dataclasses import replace

    from dampipe.kernel.access import ActorKind

    anna = lite.user("anna")
    by_token = replace(anna, kind=ActorKind.TOKEN, name="laptop")
    one = lite.add(actor=by_token)
    assert (one.author, one.author_name, one.is_mine) == ("token:laptop", "anna", True)
    assert lite.review.edit(anna, one.id, CommentEdit(text="more")).text == "more"
    namesake = replace(lite.user("bert"), name="anna")
    with pytest.raises(Forbidden):
        lite.review.edit(namesake, one.id, CommentEdit(text="less"))


def test_guests_change_only_what_they_wrote_themselves(
    here: Reviewing, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dampipe.features.access.rights import Rights

    monkeypatch.setattr(Rights, "of", lambda self, actor: EVERYTHING)
    maria, other = guest("Maria", "s1"), guest("Maria", "s2")
    elsewhere, anonymous = guest("Maria", "s1", link=2), guest("Maria", "")
    one = here.add(text="nice", actor=maria)
    assert (one.author_name, one.is_guest, one.is_mine) == ("Maria", True, True)
    for actor in (other, elsewhere, anonymous, LOCAL):
        assert not here.review.show(actor, one.id).is_mine
        with pytest.raises(Forbidden):
            here.review.edit(actor, one.id, CommentEdit(text="no"))
        if actor is not LOCAL:
            with pytest.raises(Forbidden):
                here.review.delete(actor, one.id)
            with pytest.raises(Forbidden):
                here.review.resolve(actor, one.id)
    lost = here.add(text="lost", actor=anonymous)
    with pytest.raises(Forbidden):
        here.review.edit(anonymous, lost.id, CommentEdit(text="a guest without a session has none"))
    assert here.review.resolve(maria, one.id).resolved_at
    assert here.review.reply(other, one.id, "me too").replies[0].author_name == "Maria"
    assert here.review.delete(maria, one.id).count == 2


def test_an_older_state_is_not_overwritten(here: Reviewing) -> None:
    one = here.add(text="first", start="1")
    here.review.edit(LOCAL, one.id, CommentEdit(text="second", if_version=1))
    with pytest.raises(Conflict) as raised:
        here.review.edit(LOCAL, one.id, CommentEdit(text="other", if_version=1))
    found = raised.value.plain_parameters()
    assert {name: found[name] for name in ("number", "field", "yours", "theirs", "by", "version")} == {
        "number": one.id,
        "field": "text",
        "yours": "other",
        "theirs": "second",
        "by": "local",
        "version": 2,
    }
    with pytest.raises(Conflict):
        here.review.delete(LOCAL, one.id, if_version=1)
    with pytest.raises(Conflict) as resolving:
        here.review.resolve(LOCAL, one.id, if_version=1)
    assert resolving.value.parameters["field"] == "resolved_by"
    assert here.review.edit(LOCAL, one.id, CommentEdit(text="third", if_version=2)).version == 3


def test_lists(here: Reviewing) -> None:
    anna, bert = here.user("anna"), here.user("bert")
    a = here.add(A, "one", anna, start="5")
    b = here.add(B, "two", bert)
    c = here.add(C, "three", anna, kind=CommentKind.MARKER, name="m", start="1")
    here.review.reply(bert, a.id, "answer")
    here.review.resolve(anna, b.id)

    def ids(actor: Any = LOCAL, **query: Any) -> list[int]:
        return [one.id for one in here.review.find(actor, CommentQuery(**query)).comments]

    assert ids() == [c.id, b.id, a.id], "newest first"
    assert ids(resolved=False) == [c.id, a.id] and ids(resolved=True) == [b.id]
    assert ids(author="bert") == [b.id, a.id] and ids(author="none") == []
    assert ids(kind="marker") == [c.id]
    assert ids(assets=(sha1(A), sha1(B))) == [b.id, a.id]
    assert ids(filters={"folder": ("night",)}) == [c.id]
    page = here.review.find(LOCAL, CommentQuery(limit=2))
    assert (page.total, page.open, page.next) == (3, 2, str(b.id))
    assert ids(limit=2, before=int(page.next or 0)) == [a.id]
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert ids(since=tomorrow) == [] and len(ids(since=tomorrow - timedelta(days=2))) == 3
    with pytest.raises(InvalidInput):
        ids(assets=(sha1(A),), filters={"folder": ("day",)})
    mine = here.user("nora", Role.COMMENTER, "night")
    assert ids(mine) == [c.id]
    shown = here.review.find(mine, CommentQuery())
    assert (shown.total, shown.open) == (1, 1), "what is not visible is not counted"


def test_pages_of_an_asset(lite: Reviewing) -> None:
    """Every thread once, whatever is deleted between two pages."""
    made = [lite.add(text=str(n), start=str(29 - n // 2)) for n in range(9)] + [lite.add(text="whole")]
    seen: list[int] = []
    after = None
    while True:
        page = lite.review.of_asset(LOCAL, sha1(A), limit=3, after=after)
        seen += [one.id for one in page.comments]
        if page.next is None:
            break
        after = page.next
    expected = [made[-1].id, *(made[n].id for n in (8, 6, 7, 4, 5, 2, 3, 0, 1))]
    assert seen == expected
    page = lite.review.of_asset(LOCAL, sha1(A), limit=3)
    lite.review.delete(LOCAL, page.comments[-1].id)
    after_gone = lite.review.of_asset(LOCAL, sha1(A), limit=3, after=page.next)
    assert [one.id for one in after_gone.comments] == expected[3:6]
    with pytest.raises(InvalidInput, match="not a place"):
        lite.review.of_asset(LOCAL, sha1(A), after="nonsense")


def test_users_are_mentioned_if_they_see_the_asset(here: Reviewing) -> None:
    anna = here.user("anna")
    here.user("bert@example.org")
    here.user("nora", Role.COMMENTER, "night")
    text = "@anna and @Bert@example.org, not @nora, @none or mail@anna"
    one = here.add(text=text)
    assert one.mentions == ("anna", "bert@example.org")
    assert len(here.events("comment.mentioned")) == 2
    [mention] = here.review.mentions(anna)
    assert (mention.comment, mention.user, mention.asset, mention.text) == (one.id, "anna", sha1(A), text)
    own = here.add(text="@anna note to self", actor=anna)
    assert own.mentions == ()
    edited = here.review.edit(LOCAL, one.id, CommentEdit(text="@anna only"))
    assert edited.mentions == ("anna",) and len(here.events("comment.mentioned")) == 2
    assert here.review.read_mentions(anna, [one.id]).count == 1
    assert here.review.mentions(anna) == [] and len(here.review.mentions(anna, unread=False)) == 1
    here.review.reply(LOCAL, one.id, "@anna again")
    assert [found.thread for found in here.review.mentions(anna)] == [one.id]
    assert here.review.read_mentions(anna).count == 1
    assert len(here.review.mentions(LOCAL, of="anna", unread=False)) == 2
    with pytest.raises(Forbidden):
        here.review.mentions(anna, of="bert@example.org")
    with pytest.raises(NotFound):
        here.review.mentions(LOCAL, of="none")


def test_what_is_not_visible_does_not_exist(here: Reviewing) -> None:
    nora = here.user("nora", Role.MANAGER)
    seer = here.user("seer", Role.COMMENTER, "night")
    hidden = here.add(A, text="@seer secret", actor=nora, start="1", drawing=CIRCLE)
    here.review.reply(nora, hidden.id, "words")
    unknown = here.review
    for number in (hidden.id, hidden.id + 1, 999_999):
        for use in (
            lambda n: unknown.show(seer, n),
            lambda n: unknown.svg(seer, n),
            lambda n: unknown.reply(seer, n, "x"),
            lambda n: unknown.edit(seer, n, CommentEdit(text="x", if_version=99)),
            lambda n: unknown.resolve(seer, n, if_version=99),
            lambda n: unknown.reopen(seer, n),
            lambda n: unknown.delete(seer, n, if_version=99),
        ):
            with pytest.raises(NotFound) as raised:
                use(number)
            assert raised.value.parameters == {"number": number} and raised.value.code == "comment.unknown"
    with pytest.raises(NotFound):
        here.add(A, actor=seer)
    with pytest.raises(NotFound):
        here.of(A, actor=seer)
    assert unknown.mentions(seer, unread=False) == []


def test_comments_keep_an_asset_from_being_pruned(lite: Reviewing) -> None:
    lite.add(B)
    with lite.database.read() as connection:
        found = annotated(connection, [lite.asset(A), lite.asset(B)])
    assert list(found) == [lite.asset(B)]


def test_filters_and_details(here: Reviewing) -> None:
    bert = here.user("bert")
    one = here.add(A, "open")
    here.review.resolve(LOCAL, here.add(B, "done", bert).id)
    names = here.searching.names
    assert names(comments="open") == ["a.mp4"] and names(comments="resolved") == ["b.mp4"]
    assert sorted(names(comments="any")) == ["a.mp4", "b.mp4"]
    assert sorted(names(comments="none")) == ["c.mp4", "sound.wav", "still.jpg"]
    assert names(commented_by="bert") == ["b.mp4"] and names(commented_by="anna") == []
    from dampipe.features.assets.service import AssetService

    details: Any = here.service(AssetService)
    assert details.show(LOCAL, sha1(A)).open_comments == 1
    here.review.reply(bert, one.id, "a reply is no thread")
    here.review.resolve(bert, one.id)
    assert details.show(LOCAL, sha1(A)).open_comments == 0


def test_words_of_comments_find_moments(here: Reviewing) -> None:
    here.add(A, text="the boom is in the picture", start="12.5")
    here.add(A, text="boom again", start="20", end="22")
    here.add(B, text="no boom at all")
    found = {hit.name: hit for hit in here.searching.find("boom", only="words").hits}
    assert set(found) == {"a.mp4", "b.mp4"}
    assert [(one.time, one.end, one.label) for one in found["a.mp4"].moments] == [
        (12.48, None, "the boom is in the picture"),
        (20.0, 22.0, "boom again"),
    ]
    assert found["b.mp4"].moments == () and found["a.mp4"].words == ("boom",)
    both = next(hit for hit in here.searching.find("boom red").hits if hit.name == "a.mp4")
    assert both.moments[0].comment and not both.moments[-1].comment
    seer = here.user("seer", Role.VIEWER, "night")
    from dampipe.features.search.model import SearchRequest

    hits = here.searching.search.find(seer, SearchRequest(words="boom", only="words")).hits
    assert hits == ()
    here.review.delete(LOCAL, here.of(B)[0].id)
    assert here.searching.names("boom", only="words") == ["a.mp4"]


@pytest.fixture
def everything_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Links open all assets."""
    monkeypatch.setattr("dampipe.features.access.rights.Rights.of", lambda self, actor: EVERYTHING)


def test_guests_see_nothing_of_what_is_for_the_team(here: Reviewing, everything_open: None) -> None:
    anna, bert = here.user("anna"), here.user("bert")
    maria = guest("Maria", "m")
    internal = here.add(text="the client must not read this", start="2", actor=anna, audience=Audience.TEAM)
    drawn = here.add(text="", start="3", actor=anna, audience=Audience.TEAM, drawing=CIRCLE)
    public = here.add(text="brighter, please", start="1", actor=maria)
    answered = here.review.reply(bert, public.id, "never", Audience.TEAM).replies[0]
    here.review.reply(bert, public.id, "we shall try")
    below = here.review.reply(bert, internal.id, "nor this").replies[0]
    assert [one.audience for one in (internal, answered, below)] == [Audience.TEAM] * 3
    assert len(here.of(actor=anna)) == 3 and here.review.show(anna, below.id).id == internal.id

    [seen] = here.of(actor=maria)
    assert (seen.id, [one.text for one in seen.replies]) == (public.id, ["we shall try"])
    page = here.review.of_asset(maria, sha1(A))
    assert (page.total, page.open) == (1, 1)
    assert here.of(actor=maria, author="anna") == []
    assert here.review.find(maria, CommentQuery()).total == 1
    later = datetime.now(UTC) + timedelta(days=1)
    assert here.review.find(maria, CommentQuery(since=later)).total == 0
    for number in (internal.id, drawn.id, answered.id, below.id):
        with pytest.raises(NotFound):
            here.review.show(maria, number)
        with pytest.raises(NotFound):
            here.review.svg(maria, number)
        with pytest.raises(NotFound):
            here.review.reply(maria, number, "what?")
        with pytest.raises(NotFound):
            here.review.edit(maria, number, CommentEdit(text="ha"))
        with pytest.raises(NotFound):
            here.review.resolve(maria, number)
        with pytest.raises(NotFound):
            here.review.delete(maria, number)
    with pytest.raises(InvalidInput) as raised:
        here.add(text="secret", actor=maria, audience=Audience.TEAM)
    assert raised.value.code == "comment.guest_audience"
    with pytest.raises(InvalidInput):
        here.review.edit(maria, public.id, CommentEdit(audience=Audience.TEAM))
    assert here.review.delete(maria, public.id).count == 2, "with the reply that the guest saw"


def test_a_thread_for_the_team_is_opened_and_closed_by_its_author(
    here: Reviewing, everything_open: None
) -> None:
    anna = here.user("anna")
    maria = guest("Maria", "m")
    one = here.add(text="internal", actor=anna, audience=Audience.TEAM)
    here.review.reply(anna, one.id, "and this stays so")
    opened = here.review.edit(anna, one.id, CommentEdit(audience=Audience.EVERYONE))
    assert (opened.audience, opened.replies[0].audience) == (Audience.EVERYONE, Audience.TEAM)
    [seen] = here.of(actor=maria)
    assert seen.id == one.id and seen.replies == ()
    reply = opened.replies[0]
    here.review.edit(anna, reply.id, CommentEdit(audience=Audience.EVERYONE))
    assert [reply.text for reply in here.of(actor=maria)[0].replies] == ["and this stays so"]
    closed = here.review.edit(anna, one.id, CommentEdit(audience=Audience.TEAM))
    assert closed.replies[0].audience is Audience.TEAM, "as those see it who may"
    assert here.of(actor=maria) == []
    here.undo(anna)
    assert len(here.of(actor=maria)) == 1


def test_threads_of_guests_are_found(here: Reviewing, everything_open: None) -> None:
    anna, maria = here.user("anna"), guest("Maria", "m")
    here.add(text="mine", actor=anna)
    answered = here.add(text="what do you say?", actor=anna)
    here.review.reply(maria, answered.id, "fine")
    written = here.add(B, text="too dark", actor=maria)
    found = here.review.find(anna, CommentQuery(guests=True))
    assert [one.id for one in found.comments] == [written.id, answered.id] and found.total == 2


def test_who_sees_an_asset_may_be_mentioned(here: Reviewing) -> None:
    anna = here.user("anna")
    here.user("bert", Role.VIEWER, "day")
    here.user("carl", Role.VIEWER, "night")
    assert [one.name for one in here.review.mentionable(anna, sha1(A))] == ["bert"]
    assert [one.name for one in here.review.mentionable(anna, sha1(C))] == ["carl"]
