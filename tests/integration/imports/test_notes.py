"""What a photo library says of its photos becomes values, collections and versions, once, and never against people."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dampipe
from dampipe.features.collections.item_service import CollectionItemService
from dampipe.features.collections.model import Chosen, NewCollection
from dampipe.features.collections.service import CollectionService
from dampipe.features.imports.model import ImportRequest
from dampipe.features.imports.notes import applying
from dampipe.features.imports.notes.sweep import NoteSweep
from dampipe.features.imports.service import ImportService
from dampipe.features.imports.worker import ImportWorker
from dampipe.features.metadata.model import AssetEdit
from dampipe.features.metadata.service import MetadataService
from dampipe.features.sources.model import SourceRequest
from dampipe.features.sources.service import SourceService
from dampipe.features.versions.model import SplitRequest
from dampipe.features.versions.service import VersionService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Services
from dampipe.kernel.errors import CatalogueDown
from tests.support.photo_library import PhotoLibrary, use_program


class Deployment:
    """A library of dampipe with a managed source, into which photos are imported."""

    def __init__(self, library: Any, folder: Path) -> None:
        self.library = library
        self.services: Services = library.service(Services)
        (folder / "raid").mkdir()
        self.root = str(folder / "raid")
        request = SourceRequest(name="raid", path=str(folder / "raid"), managed=True)
        self.services.get(SourceService).add(LOCAL, request)
        self.sweep = self.services.get(NoteSweep)
        self.collections = self.services.get(CollectionService)
        self.versions = self.services.get(VersionService)

    def run(self, photos: PhotoLibrary, *, hash_too: bool = True) -> dict[str, str]:
        """Import, and let the copies be found by name; returns SHA-1s by the name of the copy."""
        imports, worker = self.services.get(ImportService), self.services.get(ImportWorker)
        request = ImportRequest(importer="photos", origin=str(photos.path), to=("raid",))
        number = imports.begin(LOCAL, request).number
        for _ in range(50):
            worker.portion(number)
            if imports.report(LOCAL, number).is_over:
                break
        report = imports.report(LOCAL, number)
        assert report.adds_up and not report.counts.unexpected, report
        found = {}
        for file in imports.files(LOCAL, number):
            if file.sha1 is not None:
                path = file.copies[0] if file.copies else file.detail
                found[Path(path).name] = file.sha1
        if hash_too:
            self.hash(found, report.destinations[0])
        return found

    def hash(self, found: dict[str, str], root: str) -> None:
        """What the stage `hash` does with the copies."""
        for name, sha1 in found.items():
            [path] = Path(root).rglob(name)
            self.library.add_video(path, sha1)

    def values(self, sha1: str) -> dict[str, tuple[Any, ...]]:
        """The values that count."""
        shown = self.services.get(MetadataService).get(LOCAL, sha1).fields
        return {one.key: one.values for one in shown if one.values and one.source is not None}

    def edit(self, sha1: str, **parts: Any) -> None:
        self.services.get(MetadataService).edit(LOCAL, sha1, AssetEdit(**parts))

    def tree(self) -> dict[str, int | None]:
        """Items by path of collection."""
        return {"/".join(one.path): one.items for one in self.collections.all(LOCAL)}

    def stack(self, sha1: str) -> list[str]:
        """The versions of an asset, the current one first."""
        found = self.versions.list(LOCAL, sha1).versions
        return [one.sha1 for one in sorted(found, key=lambda one: one.superseded_at is not None)]


@pytest.fixture
def there(catalogue_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    use_program(tmp_path / "bin", monkeypatch)
    home = tmp_path / "home"
    with dampipe.open(home=home, model="tiny", in_process=True, database_url=catalogue_url) as library:
        yield Deployment(library, tmp_path)


@pytest.fixture
def photos(tmp_path: Path) -> PhotoLibrary:
    return PhotoLibrary(tmp_path / "Bilder.photoslibrary")


PLACE = ("South Coast Botanic Garden", "Palos Verdes", "CA", "United States")


def test_what_the_library_says_becomes_values_and_collections(
    there: Deployment, photos: PhotoLibrary
) -> None:
    photos.add(
        "one.JPG", title="Living\tWall", description="Plants\nat the wall", keywords=["travel", "plants"],
        persons=["Anna", "_UNKNOWN_", "Bert"], favorite=True, place=PLACE,
        albums=[["Reisen", "2024/05", "Mai"], ["Lieblinge"]],
    )  # fmt: skip
    photos.add("two.JPG", albums=[["Lieblinge"]], rating=4, date="2024-05-18T10:30:00+02:00", title="x" * 400)
    photos.add("three.JPG")
    sha1s = there.run(photos)
    assert there.sweep() == {"notes": 2}
    assert there.values(sha1s["one.JPG"]) == {
        "title": ("Living Wall",),
        "description": ("Plants\nat the wall",),
        "tags": ("travel", "plants"),
        "people": ("Anna", "Bert"),
        "favourite": (True,),
        "location": (PLACE[0],),
        "city": (PLACE[1],),
        "region": (PLACE[2],),
        "country": (PLACE[3],),
    }
    assert there.values(sha1s["two.JPG"]) == {
        "rating": (4,),
        "shot_on": ("2024-05-18T10:30:00+02:00",),
        "title": ("x" * 300,),
    }
    assert there.values(sha1s["three.JPG"]) == {}
    assert there.tree() == {
        "Bilder": 0,
        "Bilder/Lieblinge": 2,
        "Bilder/Reisen": 0,
        "Bilder/Reisen/2024-05": 0,
        "Bilder/Reisen/2024-05/Mai": 1,
    }
    assert there.sweep() == {}, "notes are applied once"


def test_an_edit_is_the_current_version_of_the_original(there: Deployment, photos: PhotoLibrary) -> None:
    photos.add("one.JPG", edited=True, title="Kept", albums=[["Album"]])
    sha1s = there.run(photos, hash_too=False)
    assert there.sweep() == {}, "nothing is an asset yet"
    edited, original = sha1s["one-edited.jpeg"], sha1s["one.JPG"]
    there.hash({"one-edited.jpeg": edited}, there.root)
    assert there.sweep() == {}, "the original is not an asset yet"
    there.hash({"one.JPG": original}, there.root)
    assert there.sweep() == {"notes": 2}
    assert there.stack(edited) == there.stack(original) == [edited, original]
    assert there.values(original) == {"title": ("Kept",)}
    assert there.tree()["Bilder/Album"] == 1


def test_people_are_not_overruled(there: Deployment, photos: PhotoLibrary) -> None:
    photos.add(
        "one.JPG", edited=True, title="From Photos", keywords=["a", "b"], favorite=True, albums=[["Album"]]
    )
    sha1s = there.run(photos)
    one = sha1s["one.JPG"]
    there.edit(one, set={"title": "By a person", "favourite": False})
    assert there.sweep() == {"notes": 2}
    assert there.values(one)["title"] == ("By a person",) and there.values(one)["favourite"] == (False,)
    # What people change afterwards stays, when the library is imported again.
    there.edit(one, remove={"tags": ["a"]})
    there.versions.split(LOCAL, SplitRequest(version=one))
    numbers = {"/".join(found.path): found.id for found in there.collections.all(LOCAL)}
    items = there.services.get(CollectionItemService)
    items.remove(LOCAL, numbers["Bilder/Album"], Chosen(assets=(sha1s["one-edited.jpeg"], one)))
    again = there.run(photos, hash_too=False)
    assert again == {"one.JPG": one, "one-edited.jpeg": sha1s["one-edited.jpeg"]}
    assert there.sweep() == {"notes": 2}
    assert there.stack(one) == [one] and there.tree()["Bilder/Album"] == 0
    assert there.values(one)["title"] == ("By a person",)
    assert "a" not in there.values(sha1s["one-edited.jpeg"])["tags"]


def test_albums_go_into_the_collections_that_are_there(there: Deployment, photos: PhotoLibrary) -> None:
    there.collections.create(LOCAL, NewCollection(name="Bilder"))
    mine = there.collections.create(LOCAL, NewCollection(name="Album", parent="Bilder"))
    there.collections.create(LOCAL, NewCollection(name="7"))
    photos.add("one.JPG", albums=[["Album"], ["7"]])
    there.run(photos)
    assert there.sweep() == {"notes": 1}
    assert there.collections.show(LOCAL, mine.id).items == 1
    assert there.tree() == {"Bilder": 0, "Bilder/Album": 1, "Bilder/7": 1, "7": 0}


def test_notes_are_applied_again_after_a_fault_in_the_middle(
    there: Deployment, photos: PhotoLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos.add("one.JPG", edited=True, title="Title", albums=[["Album"]])
    sha1s = there.run(photos)
    with monkeypatch.context() as patch:

        def broken(*_: Any, **__: Any) -> None:
            raise CatalogueDown("gone")

        patch.setattr(applying.NoteApplier, "_give", broken)
        with pytest.raises(CatalogueDown):
            there.sweep()
    assert there.values(sha1s["one.JPG"]) == {}
    assert there.sweep() == {"notes": 2}
    assert there.values(sha1s["one.JPG"]) == {"title": ("Title",)}
    assert there.tree() == {"Bilder": 0, "Bilder/Album": 1}
    assert len(there.stack(sha1s["one.JPG"])) == 2
    assert len(there.versions.list(LOCAL, sha1s["one.JPG"]).operations) == 1


def test_notes_of_what_was_not_imported_are_forgotten(
    there: Deployment, photos: PhotoLibrary, tmp_path: Path
) -> None:
    from dampipe.features.imports.tables import IMPORT_NOTE
    from dampipe.kernel.db.database import Database

    number = photos.add("one.JPG", title="Gone")
    imports, worker = there.services.get(ImportService), there.services.get(ImportWorker)
    begun = imports.begin(LOCAL, ImportRequest(importer="photos", origin=str(photos.path), to=("raid",)))
    blocked = tmp_path / "raid" / "2024"
    blocked.write_text("a file where a folder is to be")
    for _ in range(50):
        worker.portion(begun.number)
        if imports.report(LOCAL, begun.number).is_over:
            break
    assert {file.path: file.reason for file in imports.files(LOCAL, begun.number)}[
        photos.key(number, ".jpg")
    ] == "name_taken"
    assert there.sweep() == {}
    with there.services.get(Database).read() as connection:
        assert connection.execute(IMPORT_NOTE.select()).all() == []
