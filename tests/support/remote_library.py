"""A library over a bucket of a real server, processed in this process, behind a proxy that counts and breaks."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update

import dampipe
from dampipe.app.api import Library
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database
from tests.support.fault_proxy import FaultProxy
from tests.support.file_stores.s3 import ACCESS_KEY, SECRET, client_of

NEW_POSTER = {"recipe": "house", "recipes": {"house": {"base": "review", "poster": {"height": 240}}}}
"""A recipe in which only the preview is another one."""


class RemoteLibrary:
    """A bucket `footage`, and the library of its content."""

    def __init__(self, host: str, port: int, proxy: FaultProxy, home: Path, bucket: str = "") -> None:
        """bucket: one that exists; empty: a new one."""
        self.direct = client_of(f"http://{host}:{port}")
        self.proxy = proxy
        self.home = home
        self.bucket = bucket or f"b{uuid4().hex}"
        if not bucket:
            self.direct.create_bucket(Bucket=self.bucket)
        self._options: Mapping[str, Any] = {
            "retries": {"mode": "standard", "total_max_attempts": 2},
            "connect_timeout": 5,
            "read_timeout": 30,
        }

    @property
    def root(self) -> str:
        """The URL of the source."""
        return f"s3://{self.bucket}/footage"

    def put(self, name: str, file: Path) -> None:
        """Upload a file, past the proxy."""
        self.direct.upload_file(str(file), self.bucket, f"footage/{name}")

    @contextmanager
    def open(self, **settings: Any) -> Iterator[Library]:
        """The library, with any settings."""
        connection = {
            "url": f"s3://{self.bucket}",
            "endpoint_url": self.proxy.url,
            "region": "us-east-1",
            "access_key_id": ACCESS_KEY,
            "secret_access_key": SECRET,
            "options": self._options,
        }
        with dampipe.open(
            home=self.home,
            model="tiny",
            in_process=True,
            settle=0.0,
            **{"connections": {"test": connection}, **settings},
        ) as library:
            yield library

    def process(self, **settings: Any) -> int:
        """Do what is to be done with these settings; returns how many bytes the server has sent meanwhile."""
        before = self.proxy.relayed
        with self.open(**settings) as library:
            library.process()
        return self.proxy.relayed - before

    def forget_copies(self) -> None:
        """Delete what was staged, as if it were another machine, or later."""
        shutil.rmtree(self.home / "cache" / "footage")

    def runs(self, **settings: Any) -> dict[str, Any]:
        """The newest run of each stage."""
        with self.open(**settings) as library, library.service(Database).read() as connection:
            return {run.stage: run for run in connection.execute(select(RUN).order_by(RUN.c.id)).all()}

    def end_back_offs(self) -> None:
        """What failed may be tried again at once."""
        with self.open() as library, library.service(Database).write() as connection:
            connection.execute(update(RUN).values(not_before=0.0))
