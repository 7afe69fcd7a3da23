"""A Takeout by the command line: several parts, the receipt, and what becomes of albums and descriptions."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

import dampipe
from dampipe.app.api import Library
from dampipe.features.collections.service import CollectionService
from dampipe.features.imports.notes.sweep import NoteSweep
from dampipe.features.metadata.model import AssetEdit
from dampipe.features.metadata.service import MetadataService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import ExitCode
from tests.integration.imports.test_faces import Place
from tests.support.takeout import Takeout, album_json, photo_json


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    roots = [str(tmp_path / "root")]
    with dampipe.open(home=tmp_path / "home", model="tiny", in_process=True, scan_roots=roots) as library:
        yield library


@pytest.fixture
def place(tmp_path: Path, library: Library) -> Place:
    return Place(tmp_path, library)


def jpeg(colour: str, taken: str = "") -> bytes:
    """A photograph of one colour. taken: by the clock of the camera, as EXIF has it."""
    exif = Image.Exif()
    if taken:
        exif[0x0132] = taken
        exif.get_ifd(0x8769)[0x9003] = taken
    stream = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(stream, "JPEG", exif=exif)
    return stream.getvalue()


@pytest.fixture
def parts(tmp_path: Path) -> list[Path]:
    made = Takeout()
    said = {"description": "by Google", "favorited": True, "people": [{"name": "Anna"}]}
    made.add(1, "Photos from 2019/a.jpg", jpeg("red", "2019:05:06 14:00:00"))
    made.add(2, "Photos from 2019/a.jpg.json", photo_json("a.jpg", **said))
    made.add(1, "Photos from 2019/b.jpg", jpeg("blue", "2011:01:01 00:00:00"))
    made.add(2, "Photos from 2019/b.jpg.json", photo_json("b.jpg", **said))
    made.add(2, "Photos from 2019/c.jpg", jpeg("green"))
    made.add(2, "Photos from 2019/c.jpg.json", photo_json("c.jpg"))
    made.add(2, "Photos from 2019/c-edited.jpg", jpeg("lime"))
    made.add(2, "Rome/a.jpg", jpeg("red", "2019:05:06 14:00:00"))
    made.add(1, "Rome/a.jpg.json", photo_json("a.jpg", **said)).add(
        1, "Rome/metadata.json", album_json("Rome")
    )
    return made.zips(tmp_path / "root" / "in")


def values(place: Place, name: str) -> dict[str, tuple[object, ...]]:
    return {
        one.key: one.values
        for one in place.services.get(MetadataService).get(LOCAL, name).fields
        if one.values
    }


def test_several_parts_by_the_command_line(place: Place, parts: list[Path]) -> None:
    alone = place.run("takeout", str(parts[1]), "--to", "raid", "--wait")
    assert alone.exit_code and "-001.zip" in str(alone.exception)
    done = place.run("takeout", *map(str, reversed(parts)), "--to", "raid", "--wait")
    assert done.exit_code == ExitCode.OK, done.output
    assert (
        "10 inputs = 4 imported + 1 already there + 5 metadata used + 0 set aside; the receipt adds up"
        in done.output
    )
    assert "-001.zip and 1 more part, done" in done.output
    receipt = json.loads(place.run("show", "1", "--json").output)
    assert receipt["counts"]["metadata_used"] == 5 and receipt["adds_up"] is True
    some = place.run("takeout", str(parts[1]), "--to", "raid", "--allow-missing-parts", "--wait")
    assert some.exit_code == ExitCode.FAILURES and "metadata_alone: 2 files" in some.output


def test_albums_become_collections_and_descriptions_values_that_people_may_replace(
    place: Place, library: Library, parts: list[Path], tmp_path: Path
) -> None:
    place.run("takeout", *map(str, parts), "--to", "raid", "--wait")
    library.process()
    of = {Path(path).name: one.sha1 for one in library.videos() for path in one.paths}
    assert of.keys() == {"a.jpg", "b.jpg", "c-edited.jpg"}, "the edited copy is the current version of c.jpg"
    assert place.services.get(NoteSweep)() == {}, "all notes were applied, once"

    same, other, none = (values(place, of[name]) for name in ("a.jpg", "b.jpg", "c-edited.jpg"))
    assert (same["description"], same["favourite"], same["people"]) == (("by Google",), (True,), ("Anna",))
    assert "shot_on" not in same, "the camera's clock says the same, in another time zone"
    assert other["shot_on"] == ("2019-05-06T12:00:00+00:00",), "Google has another date than the camera"
    assert none["shot_on"] == ("2019-05-06T12:00:00+00:00",), "the file has none"
    collections = {one.name: one for one in place.services.get(CollectionService).all(LOCAL)}
    assert collections["Rome"].parent == collections["Google Photos"].id
    items = place.services.get(CollectionService).items(LOCAL, "Google Photos/Rome").items
    assert [one.asset for one in items] == [of["a.jpg"]]

    metadata = place.services.get(MetadataService)
    metadata.edit(LOCAL, of["b.jpg"], AssetEdit(set={"description": ("by a person",)}))
    second = Takeout().add(1, "Photos from 2019/b.jpg", jpeg("blue", "2011:01:01 00:00:00"))
    second.add(
        1, "Photos from 2019/b.jpg.json", photo_json("b.jpg", description="new", people=[{"name": "Bo"}])
    )
    [part] = second.zips(tmp_path / "root" / "second")
    assert place.run("takeout", str(part), "--to", "raid", "--wait").exit_code == ExitCode.OK
    library.process()
    other = values(place, of["b.jpg"])
    assert other["description"] == ("by a person",) and other["people"] == ("Anna", "Bo")
