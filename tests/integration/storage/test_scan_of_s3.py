"""A bucket of a real S3-compatible server is a source: scanned, found changed, and never called missing in haste."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from moto.server import ThreadedMotoServer
from sqlalchemy import select

from dampipe.features.scanning.model import ScanState
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.sources.tables import LOCATION
from dampipe.kernel.settings.connection import Connection
from dampipe.media.filetypes import is_media
from dampipe.storage.files.stores import FileStores
from tests.support.file_stores.s3 import ACCESS_KEY, SECRET, client_of
from tests.support.scanning import Scanning


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def connected(endpoint: str, **options: Any) -> FileStores:
    connection = Connection(
        url="s3://",
        endpoint_url=endpoint,
        region="us-east-1",
        access_key_id=ACCESS_KEY,
        secret_access_key=SECRET,
        options={"retries": {"mode": "standard", "total_max_attempts": 1}, "connect_timeout": 5, **options},
    )
    return FileStores({"test": connection})


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Scanning]:
    made = Scanning(f"sqlite:///{tmp_path}/catalogue.sqlite")
    made.policy = ScanPolicy(is_media, 5.0)
    yield made
    made.close()


def test_a_bucket_is_scanned_and_scanned_again(here: Scanning, endpoint: str) -> None:
    client, name = client_of(endpoint), f"b{uuid4().hex}"
    client.create_bucket(Bucket=name)
    put = {f"card7/{number % 3}/é {number:04}.mov": b"%d" % number for number in range(30)}
    put |= {
        "card7//double.mov": b"d",
        "card7/a.ts": b"text",
        "card7/0/é 0000.xmp": b"<x/>",
        "other/x.mov": b"x",
    }
    for key, data in put.items():
        client.put_object(Bucket=name, Key=key, Body=data)
    parts = client.create_multipart_upload(Bucket=name, Key="card7/in-parts.mov")
    etag = client.upload_part(
        Bucket=name, Key="card7/in-parts.mov", UploadId=parts["UploadId"], PartNumber=1, Body=b"p" * 2**20
    )["ETag"]
    here.stores = connected(endpoint)
    root = f"s3://{name}/card7"
    assert (here.scan(root).new, here.scan(root).unchanged) == (
        31,
        31,
    )  # what is being uploaded is not there yet
    assert f"{root}//double.mov" in here.places()
    assert len(here.hash_all()) == 31

    client.complete_multipart_upload(
        Bucket=name,
        Key="card7/in-parts.mov",
        UploadId=parts["UploadId"],
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]},
    )
    client.put_object(Bucket=name, Key="card7/1/é 0001.mov", Body=b"changed")
    client.copy_object(Bucket=name, Key="card7/moved.mov", CopySource=f"{name}/card7/2/é 0002.mov")
    client.delete_object(Bucket=name, Key="card7/2/é 0002.mov")
    client.delete_object(Bucket=name, Key="card7//double.mov")
    found = here.scan(root)
    assert (found.new, found.changed, found.moved, found.missing) == (1, 1, 1, 1)
    assert here.hash_all() == ["in-parts.mov", "é 0001.mov"]
    with here.catalog.database.read() as connection:
        stated = {row.name: row for row in connection.execute(select(LOCATION)).all()}
    assert stated["é 0001.mov"].checksum.startswith("md5:")
    assert (stated["in-parts.mov"].checksum, bool(stated["in-parts.mov"].token)) == ("", True)


def test_a_server_and_a_bucket_that_are_gone_lose_nothing(here: Scanning, endpoint: str) -> None:
    client, name = client_of(endpoint), f"b{uuid4().hex}"
    client.create_bucket(Bucket=name)
    for number in range(12):
        client.put_object(Bucket=name, Key=f"{number}.mov", Body=b"%d" % number)
    here.stores = connected(endpoint)
    assert here.scan(f"s3://{name}").new == 12
    here.stores = connected("http://127.0.0.1:9")
    found = here.scan(f"s3://{name}", accept_missing=True)
    assert (found.state, found.missing) == (ScanState.SUSPICIOUS, 0)
    assert "nothing was marked as missing" in found.warnings[0]
    here.stores = connected(endpoint)
    assert here.scan(f"s3://{name}").unchanged == 12
    client.delete_objects(Bucket=name, Delete={"Objects": [{"Key": f"{number}.mov"} for number in range(12)]})
    client.delete_bucket(Bucket=name)
    found = here.scan(f"s3://{name}", accept_missing=True)  # the bucket itself is gone
    assert (found.state, found.missing) == (ScanState.SUSPICIOUS, 0)
