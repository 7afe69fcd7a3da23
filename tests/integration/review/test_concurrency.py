"""Several people at once: no answer is lost, and of two edits of one state one is refused with both values."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from dampipe.features.review.model import CommentEdit
from dampipe.kernel.access import LOCAL, Role
from dampipe.kernel.errors import Conflict, DampipeError, NotFound
from tests.integration.review.conftest import A, B, Reviewing
from tests.support.searching import sha1


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each call returns or raises; all begin together."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return call()
        except DampipeError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_of_two_edits_of_one_state_one_is_refused_with_both_values(here: Reviewing) -> None:
    one = here.add(text="first")
    texts = [f"edit {n}" for n in range(4)]

    def edit(text: str) -> Callable[[], Any]:
        return lambda: here.review.edit(LOCAL, one.id, CommentEdit(text=text, if_version=1))

    done = at_once(*map(edit, texts))
    refused = [found for found in done if isinstance(found, Conflict)]
    kept = here.review.show(LOCAL, one.id)
    assert len(refused) == 3 and kept.version == 2 and kept.text in texts
    for found in refused:
        assert found.parameters["theirs"] == kept.text and found.parameters["version"] == 2
        assert found.parameters["yours"] in texts and found.parameters["yours"] != kept.text


def test_replies_at_once_are_all_kept(here: Reviewing) -> None:
    people = [here.user(f"user{n}") for n in range(4)]
    one = here.add(text="first")

    def answer(actor: Any, n: int) -> Callable[[], Any]:
        return lambda: here.review.reply(actor, one.id, f"{actor.name} {n}")

    done = at_once(*(answer(actor, n) for actor in people for n in range(3)))
    assert not [found for found in done if isinstance(found, DampipeError)]
    texts = {reply.text for reply in here.review.show(LOCAL, one.id).replies}
    assert texts == {f"{actor.name} {n}" for actor in people for n in range(3)}


def test_an_answer_to_what_is_deleted_at_once_is_refused_or_restored_with_it(here: Reviewing) -> None:
    anna, bert = here.user("anna"), here.user("bert")
    for n in range(5):
        one = here.add(text=f"first {n}", actor=anna)

        def delete(number: int = one.id) -> Any:
            return here.review.delete(anna, number)

        def answer(number: int = one.id) -> Any:
            return here.review.reply(bert, number, "answer")

        deleted, answered = at_once(delete, answer)
        assert not isinstance(deleted, Exception)
        was_kept = deleted.count == 2
        here.undo(anna)
        assert len(here.review.show(LOCAL, one.id).replies) == was_kept
        # The answer may have been written, and its thread be gone when it was to be shown.
        assert was_kept or isinstance(answered, NotFound)


def test_comments_are_not_lost_while_assets_become_one(here: Reviewing) -> None:
    here.user("boss", Role.MANAGER)

    def comment(n: int) -> Callable[[], Any]:
        return lambda: here.add(B, f"comment {n}", start="1")

    done = at_once(*map(comment, range(4)), lambda: here.stack(A, B))
    assert not [found for found in done if isinstance(found, Exception)]
    assert {one.text for one in here.of(A)} == {f"comment {n}" for n in range(4)}
    assert {one.anchor for one in here.of(A)} == {sha1(B)}
