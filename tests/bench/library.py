"""The library as one list: buckets, and pages anywhere in it, for who sees all of it, half, or one in a hundred.

LIBRARY_ASSETS sets the size of the library, LIBRARY_DATABASES the databases, LIBRARY_PARTS what is measured;
`tests/support/large_library.py` fills the library.
Processor time is that of this process, in which the web server and its client run: the client's share is in it.
"""

import json
import os
import random
import resource
import statistics
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import dampipe
from dampipe.features.access.model import TokenRequest, UserRequest
from dampipe.features.access.service import AccessService
from dampipe.features.facets.index import FacetIndex
from dampipe.features.metadata.model import AssetEdit
from dampipe.features.metadata.service import MetadataService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Services
from dampipe.kernel.db.database import Database
from dampipe.storage.blobs.base import BlobStore
from dampipe.web.app import create_app
from tests.bench.cpu import timed
from tests.bench.scan import postgres, temporary
from tests.support.large_library import ROOT, fill_large, put_pictures, sha1_of
from tests.support.serving import serving

ASSETS = int(os.environ.get("LIBRARY_ASSETS", "1000000"))
DATABASES = os.environ.get("LIBRARY_DATABASES", "SQLite,PostgreSQL").split(",")
PARTS = os.environ.get("LIBRARY_PARTS", "lists,player,writes").split(",")
PAGE = 60
ROUNDS = 40
VIEWERS: Mapping[str, tuple[str, ...] | None] = {
    "everybody": None,
    "50 %": (f"{ROOT}/half",),
    "1 %": (f"{ROOT}/one percent",),
}
LISTS: tuple[dict[str, str], ...] = (
    {},
    {"group": "month", "sort": "date"},
    {"group": "folder", "sort": "name"},
    {"group": "camera"},
    {"group": "none", "sort": "-duration"},
    {"where": 'camera="Sony FX3" and duration<40'},
)

PLAYER = ("", "/metadata", "/versions", "/comments", "/subclips", "/rights", "/copies")
"""What the page asks about an asset, below its address."""


class Client:
    """Asks the server as one user."""

    def __init__(self, url: str, token: str) -> None:
        self._place = urlsplit(url).netloc
        self._connection = HTTPConnection(self._place, timeout=600)
        self._headers = {"Authorization": f"Bearer {token}"}

    def connect(self) -> None:
        """Connect again: the server ends connections that nobody uses for some seconds."""
        self._connection = HTTPConnection(self._place, timeout=600)

    def get(self, path: str, **parameters: Any) -> Any:
        """The answer to a request."""
        return json.loads(self.fetch(path, **parameters))

    def fetch(self, path: str, **parameters: Any) -> bytes:
        """The bytes of the answer."""
        query = f"?{urlencode(parameters)}" if parameters else ""
        self._connection.request("GET", f"/api/v1{path}{query}", headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return body


def main() -> None:
    """Print all."""
    with temporary("home") as home, postgres() as url:
        for name, place in {"SQLite": None, "PostgreSQL": url}.items():
            if name in DATABASES:
                measure(name, place, home / name)


def measure(name: str, url: str | None, home: Path) -> None:
    """Fill a library and ask its server."""
    print(f"\n{name}, {ASSETS:,} assets")
    settings: dict[str, Any] = {} if url is None else {"database_url": url}
    with dampipe.open(home=home, model="tiny", in_process=True, **settings) as library:
        database = library.service(Database)
        pictures = put_pictures(library.service(BlobStore))
        timed("library filled", lambda: fill_large(database, ASSETS, pictures))
        timed("facet index built", FacetIndex(database).refresh)
        access = library.service(AccessService)
        tokens = {}
        for number, (viewer, sees) in enumerate(VIEWERS.items()):
            access.add_user(LOCAL, UserRequest(name=f"viewer{number}", sees=sees))
            request = TokenRequest(name=f"token{number}", scopes=("read", "search"), user=f"viewer{number}")
            tokens[viewer] = access.create_token(LOCAL, request).token
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with serving(create_app(library.service(Services))) as address:
            clients = {viewer: Client(address, str(token)) for viewer, token in tokens.items()}
            for viewer, client in clients.items():
                for one in LISTS if "lists" in PARTS else ():
                    _measure(viewer, client, one)
                if "player" in PARTS:
                    _player(viewer, client)
            if "writes" in PARTS:
                _writes(library.service(MetadataService), clients)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"  memory: {(after - before) / 1024:.0f} MiB more at most")


def _measure(viewer: str, client: Client, one: Mapping[str, str]) -> None:
    title = f"{viewer}, {urlencode(one) or 'by day, newest first'}"
    chance = random.Random(2)
    buckets = client.get("/library/buckets", **one)
    _median(
        f"buckets ({len(buckets['buckets']):,} of {buckets['total']:,}), {title}",
        lambda: client.fetch("/library/buckets", **one),
        7,
    )

    def page() -> Any:
        return client.fetch("/library/assets", position=chance.randrange(buckets["total"]), limit=PAGE, **one)

    def page_of_bucket() -> Any:
        bucket = chance.choice(buckets["buckets"])
        return client.fetch(
            "/library/assets", bucket=bucket["key"], position=bucket["count"] // 2, limit=PAGE, **one
        )

    _median(f"page of {PAGE} at a position, {title}", page)
    _median(f"page of {PAGE} in a bucket, {title}", page_of_bucket)
    sha1s = [asset["sha1"] for asset in json.loads(page())["assets"]]
    _median(
        f"page of {PAGE} at an asset, {title}",
        lambda: client.fetch("/library/assets", at=chance.choice(sha1s), limit=PAGE, **one),
    )


def _player(viewer: str, client: Client) -> None:
    """What the page asks about an asset when it opens it."""
    chance = random.Random(3)
    total = client.get("/library/buckets", group="none")["total"]
    page = client.get("/library/assets", position=chance.randrange(total), limit=PAGE)
    sha1s = [asset["sha1"] for asset in page["assets"]]
    for path in PLAYER:
        _median(
            f"/assets/…{path}, {viewer}",
            lambda path=path: client.fetch(f"/assets/{chance.choice(sha1s)}{path}"),  # type: ignore[misc]
            15,
        )
    marks = urlencode([("asset", sha1) for sha1 in sha1s])
    _median(f"marks of {len(sha1s)} cards, {viewer}", lambda: client.fetch(f"/library/marks?{marks}"))


def _writes(metadata: MetadataService, clients: Mapping[str, Client]) -> None:
    """The first page after a write of one value, which the index and the order have to take up."""
    chance = random.Random(4)
    for viewer, client in clients.items():

        def after_a_write(client: Client = client) -> Any:
            return client.fetch("/library/assets", position=ASSETS // 300, limit=PAGE)

        taken = []
        for _ in range(9):
            day = f"20{chance.randrange(12, 24)}-05-17"
            metadata.edit(LOCAL, sha1_of(chance.randrange(1, ASSETS)), AssetEdit(set={"shot_on": day}))
            client.connect()
            used = time.process_time()
            after_a_write()
            taken.append(time.process_time() - used)
        print(f"  first page after a write, {viewer}: processor {_ms(taken)}", flush=True)


def _median(title: str, call: Callable[[], Any], rounds: int = ROUNDS) -> None:
    taken, processor = [], []
    for _ in range(rounds):
        began, used = time.perf_counter(), time.process_time()
        call()
        taken.append(time.perf_counter() - began)
        processor.append(time.process_time() - used)
    print(
        f"  {title:<95} processor {_ms(processor)}; clock {statistics.median(taken) * 1000:.1f} ms",
        flush=True,
    )


def _ms(taken: list[float]) -> str:
    low, high = min(taken) * 1000, max(taken) * 1000
    return f"{statistics.median(taken) * 1000:6.1f} ms ({low:.1f}-{high:.1f})"


if __name__ == "__main__":
    main()
