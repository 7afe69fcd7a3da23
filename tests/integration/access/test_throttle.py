"""The throttle of logins counts for all web servers of one catalogue."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select, update

from dampipe.features.access.login import LoginPolicy, LoginService
from dampipe.features.access.queries import AccessRepository
from dampipe.features.access.sweep import ExpiredSessions
from dampipe.features.access.tables import LOGIN_WINDOW
from dampipe.features.access.throttle import LoginThrottle
from dampipe.kernel.access import Role
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.migrate import upgrade
from dampipe.kernel.errors import NotLoggedIn, TooManyRequests
from dampipe.kernel.guests import NoGuests
from tests.integration.access.conftest import PASSWORD, Open

Connect = Callable[[], Database]


@pytest.fixture
def connect(catalogue_url: str) -> Iterator[Connect]:
    """Opens the catalogue once more, as another process does."""
    opened = []

    def make() -> Database:
        opened.append(Database(catalogue_url))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture
def database(connect: Connect) -> Database:
    made = connect()
    upgrade(made)
    return made


def tried(throttle: LoginThrottle, name: str, address: str) -> bool:
    """Whether an attempt is let through."""
    try:
        throttle.begin(name, address)
    except TooManyRequests as error:
        assert 0 < error.parameters["seconds"] <= 3600
        return False
    return True


def age(database: Database, seconds: float) -> None:
    """Let time pass: all attempts were made so much earlier."""
    import json

    with database.write() as connection:
        for row in connection.execute(select(LOGIN_WINDOW)).all():
            times = json.dumps([time - seconds for time in json.loads(row.times)])
            mine = update(LOGIN_WINDOW).where(LOGIN_WINDOW.c.key == row.key)
            connection.execute(mine.values(times=times, until=row.until - seconds))


def windows(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(LOGIN_WINDOW)).scalar_one()


def test_two_servers_count_together_and_a_restart_forgets_nothing(
    database: Database, connect: Connect
) -> None:
    one, other = LoginThrottle(database), LoginThrottle(connect())
    passed = [tried(throttle, "anna", "10.0.0.1") for _ in range(8) for throttle in (one, other)]
    assert passed == [True] * 10 + [False] * 6
    assert not tried(LoginThrottle(connect()), "anna", "10.0.0.1"), "one that was just started"
    assert tried(one, "anna", "10.0.0.2") and tried(other, "bert", "10.0.0.1")


@pytest.mark.parametrize(
    ("most", "names", "addresses"), [(30, 40, 1), (60, 1, 70), (10, 1, 1)], ids=["address", "name", "pair"]
)
def test_attempts_that_are_made_at_a_time_do_not_pass_together(
    database: Database, connect: Connect, most: int, names: int, addresses: int
) -> None:
    """Threads with a connection each, as web servers have: none sees what another has not committed."""
    throttles = [LoginThrottle(connect()) for _ in range(8)]

    def attempt(number: int) -> bool:
        name, address = f"user{number % names}", f"10.0.1.{number % addresses}"
        return tried(throttles[number % len(throttles)], name, address)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(max(names, addresses, 40)))) == most


def _attempts(url: str, queue: Any) -> None:
    database = Database(url)
    throttle = LoginThrottle(database)
    queue.put(sum(tried(throttle, "anna", "10.0.0.1") for _ in range(10)))
    database.close()


def test_processes_do_not_give_their_number_of_attempts(catalogue_url: str, database: Database) -> None:
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    processes = [context.Process(target=_attempts, args=(catalogue_url, queue)) for _ in range(3)]
    for process in processes:
        process.start()
    passed = [queue.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert sum(passed) == 10, passed


def test_windows_move(database: Database) -> None:
    throttle = LoginThrottle(database)
    for number in range(10):
        assert tried(throttle, "anna", "10.0.0.1")
        age(database, 20 if number == 4 else 0)
    with pytest.raises(TooManyRequests) as refused:
        throttle.begin("anna", "10.0.0.1")
    assert 270 < refused.value.parameters["seconds"] <= 280, "until the oldest one does not count any more"
    age(database, 281)
    assert [tried(throttle, "anna", "10.0.0.1") for _ in range(6)] == [True] * 5 + [False]
    for _ in range(3):
        assert throttle.delete_expired() == 0, "a window that counts stays"
    age(database, 3601)
    assert throttle.delete_expired() == windows(database) + 3 == 3


def test_only_attempts_that_fail_count(database: Database, opened: Open) -> None:
    throttle = LoginThrottle(database)
    for _ in range(70):
        throttle.succeed(throttle.begin("anna", "10.0.0.1"))
    assert [tried(throttle, "anna", "10.0.0.1") for _ in range(11)] == [True] * 10 + [False]


def test_addresses_of_one_ipv6_network_count_as_one(database: Database) -> None:
    throttle = LoginThrottle(database)
    passed = [tried(throttle, "anna", f"2001:db8:1:2::{number:x}") for number in range(1, 13)]
    assert passed == [True] * 10 + [False] * 2
    assert tried(throttle, "anna", "2001:db8:1:3::1")
    for _ in range(5):
        assert tried(throttle, "bert", "10.0.0.7") and tried(throttle, "bert", "::ffff:10.0.0.7")
    assert not tried(throttle, "bert", "10.0.0.7")
    assert tried(throttle, "cleo", "") and tried(throttle, "cleo", "fe80::1%eth0")


def test_neither_names_nor_addresses_are_kept(database: Database) -> None:
    tried(LoginThrottle(database), "hunter2", "10.0.0.1")
    with database.read() as connection:
        stored = str(connection.execute(select(LOGIN_WINDOW)).all())
    assert "hunter2" not in stored and "10.0.0.1" not in stored


def test_two_services_on_one_catalogue(opened: Open) -> None:
    here = opened()
    here.add("anna", Role.VIEWER)
    url = here.library.service(Database).url.render_as_string(hide_password=False)
    services, databases = [], []
    for _ in range(2):
        databases.append(Database(url))
        throttle = LoginThrottle(databases[-1])
        services.append(LoginService(AccessRepository(databases[-1]), LoginPolicy(), throttle, NoGuests))
    one, other = services
    session = one.log_in("anna", PASSWORD, "10.0.0.1")
    for number in range(10):
        with pytest.raises(NotLoggedIn):
            if number % 3:
                services[number % 2].log_in("anna", "a guess", "10.0.0.1")
            else:
                services[number % 2].change_password(session, "a guess", "long enough", "10.0.0.1")
    for refused in (
        lambda: one.log_in("anna", PASSWORD, "10.0.0.1"),
        lambda: other.log_in("anna", PASSWORD, "10.0.0.1"),
        lambda: other.change_password(session, PASSWORD, "long enough", "10.0.0.1"),
    ):
        with pytest.raises(TooManyRequests):
            refused()
    assert other.log_in("anna", PASSWORD, "10.0.0.2")
    assert (
        here.client(address="10.0.0.1")
        .post("/api/v1/session", json={"name": "anna", "password": PASSWORD})
        .status_code
        == 429
    ), "and the web server of the library"
    for database in databases:
        database.close()


def test_the_sweep_deletes_windows(opened: Open) -> None:
    here = opened()
    database = here.library.service(Database)
    LoginThrottle(database).begin("anna", "10.0.0.1")
    here.library.service(ExpiredSessions)()
    assert windows(database) == 3
    age(database, 3601)
    here.library.service(ExpiredSessions)()
    assert windows(database) == 0
