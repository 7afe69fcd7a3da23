"""The servers that other tests rely on do what those expect of them."""

import psycopg
import redis
from sqlalchemy import create_engine, text

from tests.support.postgres import Postgres
from tests.support.valkey import Valkey


def test_each_postgres_database_is_empty_and_its_own(postgres_server: Postgres, postgres_url: str) -> None:
    other = postgres_server.new_database()
    assert other != postgres_url
    for url in (postgres_url, other):
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE only_here (id int)"))
            assert connection.execute(text("SHOW server_version_num")).scalar_one() >= "160000"
        engine.dispose()
    postgres_server.drop(other)
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        names = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
    assert other.partition("@/")[2].partition("?")[0] not in names


def test_valkey_keeps_its_data_over_a_restart(valkey_server: Valkey) -> None:
    assert len(str(valkey_server.socket)) < 100
    client = redis.Redis.from_url(valkey_server.url)
    client.set("a", "1")
    valkey_server.stop()
    assert not valkey_server.up
    valkey_server.start()
    assert client.get("a") == b"1"
    valkey_server.restart()
    assert valkey_server.up
    client.close()
