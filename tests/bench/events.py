"""Writers that commit late, on PostgreSQL: no reader skips an event, and what an event costs its writer.

Eight processes write events with random sleeps before their commits, two sequencers number them and are killed again
and again, and a reader follows by number. The other contender is a reader whose cursor is the id that the writer gave.
"""

import multiprocessing
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event as EventType
from typing import ClassVar

from sqlalchemy import select

from dampipe.kernel.db import migrate
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.log import EventLog
from dampipe.kernel.events.outbox import NewEvent, record_events
from dampipe.kernel.events.payload import EventKind, EventPayload
from dampipe.kernel.events.sequencer import Sequencer
from dampipe.kernel.events.tables import EVENT
from tests.support.postgres import postgres

WRITERS = 8
EVENTS = 100_000
LONGEST_SLEEP = 0.02
"""Seconds before a commit."""
MOST_AT_ONCE = 20
"""Events of one transaction, at most."""
_CONTEXT = multiprocessing.get_context("spawn")
KILL_EVERY = 0.5
"""Seconds between two kills of a sequencer."""


class Written(EventPayload):
    """An event of this bench."""

    KIND: ClassVar = EventKind("bench.written", "The bench has written something.")

    writer: int
    number: int


@dataclass
class Proof:
    """What a reader saw, compared with what was written."""

    written: int
    seqs: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    naive: int = 0
    """Events that a reader skipped whose cursor is the writer's id."""
    kills: int = 0
    seconds: float = 0.0
    in_order: bool = True
    """Whether the events of each writer came in the order in which it wrote them."""

    @property
    def skipped(self) -> int:
        """Events that were written and not read."""
        return self.written - len(set(self.ids))

    @property
    def duplicates(self) -> int:
        """Events that were read more than once."""
        return len(self.ids) - len(set(self.ids))

    @property
    def is_gapless(self) -> bool:
        """Whether the numbers were read as 1, 2, 3 …"""
        return self.seqs == list(range(1, len(self.seqs) + 1))


def write(url: str, writer: int, count: int, seed: int) -> None:
    """Write events in transactions of several, with a random sleep before each commit."""
    chance = random.Random(seed)
    database = Database(url)
    done = 0
    while done < count:
        some = min(count - done, chance.randint(1, MOST_AT_ONCE))
        with database.write() as connection:
            events = [NewEvent(Written(writer=writer, number=done + n), asset=writer) for n in range(some)]
            record_events(connection, database, events, at=time.time())
            time.sleep(chance.uniform(0.0, LONGEST_SLEEP))
        done += some
    database.close()


def number(url: str, is_ready: EventType) -> None:
    """Number events until the process is killed."""
    sequencer = Sequencer(Database(url))
    while True:
        sequencer.number()
        is_ready.set()
        time.sleep(0.005)


class KilledSequencers(threading.Thread):
    """Two processes that number; the older of them is killed again and again, and replaced."""

    def __init__(self, url: str, sequencers: int = 2) -> None:
        super().__init__(name="sequencers")
        self._url = url
        self._is_over = threading.Event()
        self._sequencers = [self._new() for _ in range(sequencers)]
        self.kills = 0

    def wait_until_ready(self, timeout: float = 120) -> None:
        """Wait until the first ones number."""
        for _, is_ready in list(self._sequencers):
            is_ready.wait(timeout)

    def run(self) -> None:
        """Kill and replace until `stop`."""
        while not self._is_over.wait(KILL_EVERY):
            process, is_ready = self._sequencers[0]
            if is_ready.is_set():  # it does number
                _kill(process)
                self.kills += 1
                self._sequencers = [*self._sequencers[1:], self._new()]

    def stop(self) -> None:
        """End all."""
        self._is_over.set()
        self.join()
        for process, _ in self._sequencers:
            _kill(process)

    def _new(self) -> tuple[BaseProcess, EventType]:
        is_ready = _CONTEXT.Event()
        return _started(partial(number, self._url, is_ready)), is_ready


def prove(
    url: str, events: int, writers: int = WRITERS, *, processes: bool = True, timeout: float = 600
) -> Proof:
    """Write events while sequencers are killed, and follow by number for `timeout` seconds at most.

    processes: whether writers are processes; else they are threads.
    """
    database = Database(url)
    migrate.upgrade(database)
    log = EventLog(database)
    proof = Proof(events // writers * writers)
    sequencers = KilledSequencers(url)
    sequencers.wait_until_ready()
    sequencers.start()
    began = time.monotonic()
    calls = [partial(write, url, writer, events // writers, seed=writer) for writer in range(writers)]
    running: list[BaseProcess | threading.Thread] = []
    for call in calls:
        thread = threading.Thread(target=call, daemon=True)
        running.append(_started(call) if processes else thread)
        if not processes:
            thread.start()
    naive = _Naive(database)
    newest: dict[int, int] = {}
    deadline = time.monotonic() + timeout
    try:
        while len(proof.seqs) < proof.written and time.monotonic() < deadline:
            page = log.after(proof.seqs[-1] if proof.seqs else 0, 5000)
            naive.read()
            for event in page:
                proof.seqs.append(event.seq)
                proof.ids.append(event.id)
                writer, count = event.data["writer"], event.data["number"]
                proof.in_order &= newest.get(writer, -1) == count - 1
                newest[writer] = count
            if not page:
                time.sleep(0.005)
    finally:
        for one in running:
            one.join()
        sequencers.stop()
    naive.read()
    proof.naive = proof.written - naive.count
    proof.kills, proof.seconds = sequencers.kills, time.monotonic() - began
    database.close()
    return proof


class _Naive:
    """A reader whose cursor is the highest id that it has seen."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._cursor = ""
        self.count = 0

    def read(self) -> None:
        """Read what has a higher id."""
        with self._db.read() as connection:
            newer = select(EVENT.c.id).where(EVENT.c.id > self._cursor).order_by(EVENT.c.id)
            ids = connection.execute(newer).scalars().all()
        self.count += len(ids)
        self._cursor = ids[-1] if ids else self._cursor


def _started(call: Callable[[], None]) -> BaseProcess:
    process = _CONTEXT.Process(target=call, daemon=True)
    process.start()
    return process


def _kill(process: BaseProcess) -> None:
    if process.pid is not None and process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    process.join()


def main() -> None:
    """Print what was skipped, out of order and read twice."""
    with postgres() as server:
        proof = prove(server.new_database(), EVENTS)
    print(
        f"\nEvents of {WRITERS} writers on PostgreSQL, random sleeps of up to {LONGEST_SLEEP * 1000:.0f} ms"
    )
    print(f"  written                          {proof.written:,} in {proof.seconds:.1f} s")
    print(f"  sequencers killed                {proof.kills}")
    print(f"  skipped by number                {proof.skipped:,}")
    print(f"  read twice                       {proof.duplicates:,}")
    print(f"  numbers without a gap, in order  {proof.is_gapless}")
    print(f"  each writer's events in order    {proof.in_order}")
    print(f"  skipped by the writer's id       {proof.naive:,}")
