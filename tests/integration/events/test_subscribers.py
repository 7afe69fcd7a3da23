"""Each subscriber gets every event of its names, in order, at least once; none waits for another."""

import threading
import time
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import delete, update

from dampipe.features.events.relay import Relay
from dampipe.kernel.errors import CatalogueDown
from dampipe.kernel.events.log import Event
from dampipe.kernel.events.subscribers import Subscription
from dampipe.kernel.events.tables import EVENT, SUBSCRIBER
from tests.integration.events.conftest import Events, Rated, Seen, Ticked


class Recorder:
    """A handler that keeps what it gets, and fails when it is asked to."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.ids: list[str] = []
        self.fails_at: set[int] = set()
        """Stars of ratings at which it raises."""

    def __call__(self, events: Sequence[Event]) -> None:
        self.calls.append([event.seq for event in events])
        self.ids += [event.id for event in events]
        if bad := self.fails_at & {event.data.get("stars") for event in events}:
            raise RuntimeError(f"amqp://user:secret@host does not take {bad.pop()}")

    @property
    def seqs(self) -> list[int]:
        return [seq for call in self.calls for seq in call]


@pytest.fixture
def handler() -> Recorder:
    return Recorder()


def rate(events: Events, *stars: int) -> int:
    events.record(*(Rated(stars=number) for number in stars))
    events.sequencer.number()
    return events.log.last()


def make_due(events: Events) -> None:
    """End every back-off."""
    with events.database.write() as connection:
        connection.execute(update(SUBSCRIBER).values(not_before=0.0))


def test_a_new_subscriber_gets_what_happens_from_now_on_or_all(events: Events, handler: Recorder) -> None:
    everything = Recorder()
    late = Subscription("late", handler)
    early = Subscription("early", everything, from_start=True)
    last = rate(events, 1, 2)
    for one in (late, early):
        events.delivery.deliver(one, last)
    last = rate(events, 3)
    for one in (late, early):
        events.delivery.deliver(one, last)
    assert (handler.calls, everything.calls) == ([[3]], [[1, 2], [3]])


def test_only_events_of_its_names_in_batches(events: Events, handler: Recorder) -> None:
    subscription = Subscription("s", handler, frozenset({"test.rated"}), batch=2, from_start=True)
    events.record(Rated(stars=1), Seen(), Rated(stars=2), Ticked(), Rated(stars=3), Seen())
    events.sequencer.number()
    assert events.delivery.deliver(subscription, events.log.last()) == 3
    assert handler.calls == [[1, 3], [5]]
    [state] = events.subscribers.states()
    assert (state.cursor, state.behind) == (6, 0), "the cursor is past what it does not want, too"
    assert events.delivery.deliver(subscription, events.log.last()) == 0


def test_a_handler_that_fails_is_called_again_with_the_same_ids(events: Events, handler: Recorder) -> None:
    subscription = Subscription("s", handler, from_start=True)
    last = rate(events, 1, 2, 3)
    handler.fails_at = {2}
    events.delivery.deliver(subscription, last)
    assert handler.calls == [[1, 2, 3]]
    [state] = events.subscribers.states()
    assert (state.cursor, state.failures, state.behind) == (0, 1, 3)
    assert state.problem == "RuntimeError: amqp://user:***@host does not take 2"
    assert state.again_at is not None and state.problem_at is not None
    assert 0.5 < state.again_at - state.problem_at < 1.5
    events.delivery.deliver(subscription, last)
    assert len(handler.calls) == 1, "it waits"
    make_due(events)
    events.delivery.deliver(subscription, last)
    assert handler.calls[1:] == [[1], [2]], "one by one, which shows the one at fault"
    [state] = events.subscribers.states()
    assert (state.cursor, state.failures) == (1, 1)
    handler.fails_at = set()
    make_due(events)
    events.delivery.deliver(subscription, last)
    [state] = events.subscribers.states()
    assert (state.cursor, state.failures, state.problem, state.again_at) == (3, 0, None, None)
    assert handler.calls[3:] == [[2], [3]]
    by_seq = dict(zip(handler.seqs, handler.ids, strict=True))
    assert [event.id for event in events.log.after(0, 9)] == [by_seq[seq] for seq in (1, 2, 3)]
    assert all(by_seq[seq] == one for seq, one in zip(handler.seqs, handler.ids, strict=True))


def skip(events: Events, name: str, seq: int) -> bool:
    with events.database.write() as connection:
        return events.subscribers.skip(connection, name, seq)


def test_an_event_at_which_a_subscriber_fails_is_skipped_and_no_other(
    events: Events, handler: Recorder
) -> None:
    subscription = Subscription("s", handler, frozenset({"test.rated"}), from_start=True)
    events.record(Rated(stars=1), Ticked(), Rated(stars=2), Rated(stars=3))
    events.sequencer.number()
    last = events.log.last()
    handler.fails_at = {2}
    events.delivery.deliver(subscription, last)
    [state] = events.subscribers.states()
    assert state.problem is not None and state.problem_event is None, (
        "which of the three it is, is not known yet"
    )
    assert not any(skip(events, "s", seq) for seq in range(6))
    make_due(events)
    events.delivery.deliver(subscription, last)
    [state] = events.subscribers.states()
    assert state.problem_event is not None
    assert (state.problem_event.seq, state.problem_event.data) == (3, {"stars": 2})
    before = events.subscribers.states()
    assert not any(skip(events, name, seq) for name, seq in (("s", 1), ("s", 2), ("s", 4), ("t", 3)))
    assert events.subscribers.states() == before
    assert skip(events, "s", 3) and not skip(events, "s", 3)
    [state] = events.subscribers.states()
    assert (state.cursor, state.failures, state.problem, state.again_at) == (3, 0, None, None)
    handler.calls.clear()
    events.delivery.deliver(subscription, last)
    assert handler.calls == [[4]], "at once, and never the one that was skipped"
    [state] = events.subscribers.states()
    assert (state.behind, state.problem_event) == (0, None)


def test_a_delivery_in_progress_does_not_undo_a_skip(events: Events) -> None:
    """The handler is called with the event once more, while an administrator skips it."""
    calls: list[list[int]] = []

    def handler(given: Sequence[Event]) -> None:
        calls.append([event.seq for event in given])
        if len(calls) == 1:
            raise RuntimeError("no")
        if len(calls) == 2:
            assert skip(events, "s", 1)
            raise RuntimeError("still no")

    subscription = Subscription("s", handler, from_start=True, batch=1)
    last = rate(events, 1, 2)
    for _ in range(3):
        events.delivery.deliver(subscription, last)
        make_due(events)
    assert calls == [[1], [1], [2]]
    [state] = events.subscribers.states()
    assert (state.cursor, state.failures, state.problem) == (2, 0, None)


def test_the_event_of_a_problem_may_have_been_deleted(events: Events, handler: Recorder) -> None:
    subscription = Subscription("s", handler, from_start=True)
    last = rate(events, 2)
    handler.fails_at = {2}
    events.delivery.deliver(subscription, last)
    with events.database.write() as connection:
        connection.execute(delete(EVENT))
    [state] = events.subscribers.states()
    assert state.problem is not None and state.problem_event is None


def test_the_back_off_doubles_up_to_five_minutes(events: Events, handler: Recorder) -> None:
    subscription = Subscription("s", handler, from_start=True)
    last = rate(events, 1)
    handler.fails_at = {1}
    delays = []
    for _ in range(11):
        make_due(events)
        events.delivery.deliver(subscription, last)
        [state] = events.subscribers.states()
        assert state.again_at is not None and state.problem_at is not None
        delays.append(round(state.again_at - state.problem_at))
    assert delays == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_only_one_process_delivers_and_a_dead_one_is_replaced(events: Events, handler: Recorder) -> None:
    subscription = Subscription("s", handler, from_start=True)
    last = rate(events, 1)
    events.subscribers.register("s", from_start=True)
    assert events.subscribers.claim("s", "other-machine/1/2", 0.3) is not None
    assert events.delivery.deliver(subscription, last) == 0, "another process has the lease"
    time.sleep(0.4)
    assert events.delivery.deliver(subscription, last) == 1, "it has expired"
    assert events.subscribers.claim("s", "other-machine/1/2", 60) is not None, "it was given back"


def test_a_process_that_lost_its_lease_does_not_move_the_cursor(events: Events) -> None:
    last = rate(events, 1, 2)
    events.subscribers.register("s", from_start=True)
    mine = events.subscribers.claim("s", "me", 0.01)
    assert mine is not None
    time.sleep(0.05)
    other = events.subscribers.claim("s", "other", 60)
    assert other is not None
    assert events.subscribers.advance(mine, "me", last, handled=True) is None
    assert not events.subscribers.renew("s", "me", 60)
    moved = events.subscribers.advance(other, "other", 1, handled=True)
    assert moved is not None and moved.cursor == 1
    events.subscribers.fail(mine, "me", "late", 60)
    [state] = events.subscribers.states()
    assert (state.cursor, state.problem) == (1, None)


def test_a_lease_is_renewed_while_a_handler_works(events: Events) -> None:
    taken: list[bool] = []

    def slow(_: Sequence[Event]) -> None:
        time.sleep(4.0)  # longer than the lease of three seconds
        taken.append(events.subscribers.claim("s", "other", 60) is not None)

    last = rate(events, 1)
    assert events.delivery.deliver(Subscription("s", slow, from_start=True), last) == 1
    assert taken == [False]


def test_a_cursor_is_moved_back_for_a_replay(events: Events, handler: Recorder) -> None:
    subscription = Subscription("s", handler, from_start=True)
    last = rate(events, 1, 2, 3)
    events.delivery.deliver(subscription, last)
    assert events.subscribers.move("s", 1)
    assert not events.subscribers.move("unknown", 1)
    events.delivery.deliver(subscription, last)
    assert handler.seqs == [1, 2, 3, 2, 3]


class _Fixed:
    """Subscriptions that a test changes while the relay runs."""

    def __init__(self, *subscriptions: Subscription) -> None:
        self.now = {one.name: one for one in subscriptions}

    def all(self) -> dict[str, Subscription]:
        return dict(self.now)


class Running:
    """A relay in a thread."""

    def __init__(self, events: Events, *subscriptions: Subscription) -> None:
        self.subscriptions = _Fixed(*subscriptions)
        relay = Relay(events.sequencer, events.log, self.subscriptions, events.delivery)  # type: ignore[arg-type]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=relay.run, args=(self._stop,))

    def __enter__(self) -> "Running":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(60)
        assert not self._thread.is_alive()


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.05)


def test_a_slow_and_a_failing_subscriber_hold_up_no_other(events: Events, handler: Recorder) -> None:
    release = threading.Event()
    failing = Recorder()
    failing.fails_at = {1}

    def slow(_: Sequence[Event]) -> None:
        release.wait(30)

    def behind() -> dict[str, int]:
        return {state.name: state.behind for state in events.subscribers.states()}

    names = [("slow", slow), ("failing", failing), ("quick", handler)]
    with Running(events, *(Subscription(name, one, from_start=True) for name, one in names)):
        events.record(Rated(stars=1))
        wait_for(lambda: handler.seqs == [1] and bool(failing.calls))
        events.record(Rated(stars=2))
        wait_for(lambda: handler.seqs == [1, 2] and not behind()["quick"])  # saved after the call
        assert behind() == {"slow": 2, "failing": 2, "quick": 0}
        release.set()
        failing.fails_at = set()
        wait_for(lambda: all(not state.behind for state in events.subscribers.states()))
    assert failing.seqs[-2:] == [1, 2], "it is tried again without any new event"


def test_the_relay_outlives_an_outage_and_a_subscriber_comes_later(
    events: Events, handler: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dampipe.features.events.relay.OUTAGE_PAUSE", 0.1)
    monkeypatch.setattr("dampipe.features.events.relay.SUBSCRIBERS_EVERY", 0.1)
    number, outages = events.sequencer.number, iter(range(3))

    def down(most: int = 1_000_000) -> int:
        if next(outages, None) is not None:
            from dampipe.kernel.db.errors import LOCKED

            raise CatalogueDown(LOCKED, place="x")
        return number(most)

    monkeypatch.setattr(events.sequencer, "number", down)
    events.record(Rated(stars=1))
    with Running(events) as running:
        wait_for(lambda: events.log.last() == 1)
        running.subscriptions.now["late"] = Subscription("late", handler, from_start=True)
        wait_for(lambda: handler.seqs == [1])
        del running.subscriptions.now["late"]
        wait_for(lambda: not any(t.name == "subscriber late" for t in threading.enumerate()))
