"""Backends are found by name, and errors name what is wrong with a request."""

from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from dampipe.features.assets.media_db import MediaDb
from dampipe.kernel.errors import InvalidInput
from dampipe.storage.auto import AutoStorage
from dampipe.storage.blobs.fsspec import FsspecBlobs
from dampipe.storage.blobs.local import LocalBlobs
from dampipe.storage.blobs.memory import MemoryBlobs
from dampipe.storage.files.local import LocalFiles
from dampipe.storage.files.s3 import S3Files
from dampipe.storage.memory import MemoryStorage
from dampipe.storage.registry import Role, get_storage_backend, kinds, missing_package
from dampipe.storage.vectors.faiss import FaissVectors
from dampipe.storage.vectors.memory import MemoryVectors

SHA1 = "a" * 40


@pytest.mark.parametrize(
    ("role", "kind", "config", "made"),
    [
        ("catalogue", "memory", {}, MemoryStorage),
        ("catalogue", "auto", {"catalog": {"kind": "memory"}}, AutoStorage),
        ("vectors", "faiss", {"folder": "F", "dimension": 4}, FaissVectors),
        ("vectors", "memory", {"dimension": 4}, MemoryVectors),
        ("derivatives", "local", {"root": "F"}, LocalBlobs),
        ("derivatives", "fsspec", {"url": "memory://x", "cache": "F"}, FsspecBlobs),
        (
            "derivatives",
            "fsspec",
            {"url": "file://F", "cache": "F", "cache_bytes": 5, "auto_mkdir": True},
            FsspecBlobs,
        ),
        ("derivatives", "memory", {}, MemoryBlobs),
        ("footage", "local", {"root": "F"}, LocalFiles),
        ("footage", "s3", {"root": "s3://bucket/F"}, S3Files),
    ],
)
def test_every_backend_is_found(
    role: Role, kind: str, config: dict[str, Any], made: type, tmp_path: Path
) -> None:
    placed = {k: v.replace("F", str(tmp_path)) if isinstance(v, str) else v for k, v in config.items()}
    assert type(get_storage_backend(kind, placed, role)) is made


def test_a_name_may_have_several_roles() -> None:
    roles = [role for role in get_args(Role) if "local" in kinds(role)]
    assert roles == ["derivatives", "footage"]
    assert (
        type(get_storage_backend("memory", {})) is MemoryStorage
    )  # the role is the catalogue, unless it is named


def test_the_sql_catalogue_is_found(tmp_path: Path) -> None:
    catalog = get_storage_backend("media-db", {"url": f"sqlite:///{tmp_path / 'c.sqlite'}"})
    assert isinstance(catalog, MediaDb)
    assert catalog.list_videos() == []
    catalog.close()


def test_auto_is_composed_of_parts(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"x")
    config = {
        "catalog": {"kind": "memory"},
        "vectors": {"kind": "faiss", "folder": str(tmp_path / "indexes")},
    }
    storage = get_storage_backend("auto", config)
    assert isinstance(storage, AutoStorage)
    storage.add_video(clip, SHA1)
    storage.add_vector(SHA1, "m", [2.0], np.eye(1, 4, dtype=np.float32))
    assert storage.advance("m") == 1
    assert (tmp_path / "indexes" / "m" / "manifest.json").is_file()
    assert storage.search_vector("m", np.eye(1, 4, dtype=np.float32)[0])[0].time == 2.0


@pytest.mark.parametrize(
    ("role", "kind", "config", "said"),
    [
        ("vectors", "fais", {}, "no storage backend 'fais' for vectors, only .*faiss.*pgvector"),
        ("derivatives", "faiss", {}, "no storage backend 'faiss' for derivatives, only .*local"),
        ("vectors", "faiss", {"folder": "x"}, "'faiss': 'dimension' is missing"),
        ("vectors", "faiss", {"folder": "x", "dimension": 4, "folders": 1}, "unknown key 'folders'"),
        ("vectors", "faiss", {"folder": "x", "dimension": 0}, "'dimension'"),
        ("derivatives", "local", {"root": 5}, "'root'"),
        ("derivatives", "memory", {"root": "x"}, "unknown key 'root'"),
        ("derivatives", "fsspec", {"url": "/no/scheme", "cache": "x"}, "'url'"),
        ("footage", "local", {"root": "/x", "user": "me"}, "unknown key 'user'"),
        ("footage", "s3", {"root": "s3://b", "pasword": "x"}, "unknown key 'pasword'"),
        ("footage", "s3", {"root": "s3://me:secret@b"}, r"s3://me:\*\*\*@b is not .* it contains a password"),
        ("footage", "s3", {"root": "s3://host:9000/b"}, "endpoint_url"),
        ("footage", "s3", {"root": "s3://fast--use1-az4--x-s3/b"}, "S3 Express"),
        ("catalogue", "memory", {"url": "x"}, "unknown key 'url'"),
        ("catalogue", "media-db", {"path": "x"}, "url"),
        ("catalogue", "auto", {}, "'catalog' is missing"),
        ("catalogue", "auto", {"catalog": {}}, "'catalog.kind' is missing"),
        ("catalogue", "auto", {"catalog": {"kind": "memory"}, "vectors": {}}, "'vectors.kind' is missing"),
        (
            "catalogue",
            "auto",
            {"catalog": {"kind": "auto", "catalog": {"kind": "memory"}}},
            "not a catalogue",
        ),
    ],
)
def test_a_wrong_configuration_is_described_in_one_line(
    role: Role, kind: str, config: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        get_storage_backend(kind, config, role)
    assert "\n" not in str(caught.value)


def test_a_missing_package_is_named_with_the_command_that_installs_it() -> None:
    error = missing_package("fsspec", ModuleNotFoundError("No module named 's3fs'", name="s3fs"))
    assert "s3fs" in str(error)
    assert (error.code, error.parameters["command"]) == (
        "storage.package_missing",
        "pip install 'dampipe[s3]'",
    )
    assert "`pip install 'dampipe[s3]'`" in error.hint
    other = missing_package("x", ModuleNotFoundError(name="their.module"))
    assert other.parameters["command"] == "pip install their"
    nameless = missing_package("x", ImportError("broken"))
    assert (nameless.code, nameless.hint, "broken" in str(nameless)) == ("storage.import_failed", "", True)
