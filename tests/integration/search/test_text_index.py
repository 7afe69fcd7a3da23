"""What is written about an asset is found, in both databases alike, and follows what happens to its files."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import true

from dampipe.features.assets.contents import delete_versions
from dampipe.features.assets.savers import save_media
from dampipe.features.search.text_index import words_of
from dampipe.jobs.savers import OutputBatch
from tests.support.searching import Searching, media, sha1


@pytest.fixture
def named(library: Searching) -> Searching:
    library.add("Été 2024/Müller wedding/A001_C002.mp4", ["blue"], media(camera="Sony FX3"))
    library.add("Été 2024/interview-take2.mov", ["red"])
    library.add("archive/2019/wedding_cake.jpg", ["green"])
    return library


def test_names_folders_and_cameras_are_found(named: Searching) -> None:
    def names(words: str, only: str = "words") -> set[str]:
        return set(named.names(words, only=only))

    assert names("a001") == {"A001_C002.mp4"}
    assert names("A001_C002.mp4") == {"A001_C002.mp4"}
    assert names("wedding") == {"A001_C002.mp4", "wedding_cake.jpg"}
    assert names("ete muller") == {"A001_C002.mp4", "interview-take2.mov"}
    assert names("WEDD") == {"A001_C002.mp4", "wedding_cake.jpg"}
    assert names("fx3") == {"A001_C002.mp4"}
    assert names("fx3", only="names") == set()
    assert names("the interview") == {"interview-take2.mov"}
    assert names("nothing like that") == set()
    assert names('wedding -"cake"') == {"A001_C002.mp4"}
    assert names("'; DROP TABLE asset; -- \" wedding ()&|!:*") == set(), "less than half of it"
    assert names("wedding *:'\"") == {"A001_C002.mp4", "wedding_cake.jpg"}
    assert named.names("wedding cake", only="words") == ["wedding_cake.jpg", "A001_C002.mp4"]


def test_what_a_field_recorder_wrote_is_found_and_follows_another_probe(named: Searching) -> None:
    recorded = media().model_copy(update={"scene": "12A", "take": "3", "reel": "R7"})
    named.add("sound/T0001.wav", ["red"], recorded)
    assert named.names("scene 12a", only="words")[0] == "T0001.wav"
    assert named.names("r7", only="words") == ["T0001.wav"]
    version = named.catalog.assets.find(sha1("sound/T0001.wav")).id
    with named.catalog.database.write() as connection:
        output = [(version, recorded.model_copy(update={"scene": "99"}))]
        save_media(OutputBatch(connection, named.catalog.database, output, now=1.0))
    assert named.names("12a", only="words") == []
    assert named.names("scene 99", only="words")[0] == "T0001.wav"


def test_names_and_pictures_are_fused(named: Searching) -> None:
    found = named.find("wedding red")
    assert found.hits[0].words == ("wedding",) or found.hits[0].name == "interview-take2.mov"
    assert {hit.name for hit in found.hits} == {"A001_C002.mp4", "interview-take2.mov", "wedding_cake.jpg"}
    assert named.find("red", only="vision").hits[0].name == "interview-take2.mov"
    [first, *_] = named.find("blue a001").hits
    assert (first.name, first.words) == ("A001_C002.mp4", ("a001",))
    assert first.moments[0].time == 0.0


def test_the_folder_that_is_a_source_is_found_whatever_the_source_is_called(
    named: Searching, tmp_path: Path
) -> None:
    (tmp_path / "Sommer 2019").mkdir()
    named.catalog.sources.add("holidays", str(tmp_path / "Sommer 2019"))
    clip = tmp_path / "Sommer 2019" / "c1.mp4"
    clip.write_bytes(b"c1")
    named.catalog.add_video(clip, sha1("c1"))
    assert named.names("sommer", only="names") == named.names("holidays", only="names") == ["c1.mp4"]


def test_the_words_follow_files_tags_and_sources(named: Searching) -> None:
    asset = sha1("archive/2019/wedding_cake.jpg")
    number = named.catalog.assets.find(asset).id

    def hits(words: str) -> list[str]:
        return named.names(words, only="words")

    named.catalog.tags.add("Chosen One", [number])
    assert hits("chosen") == ["wedding_cake.jpg"]
    named.catalog.tags.remove("Chosen One", None)
    assert hits("chosen") == []
    copy = named.root / "elsewhere" / "torte.jpg"
    copy.parent.mkdir()
    shutil.copy(named.root / "archive/2019/wedding_cake.jpg", copy)
    named.catalog.add_video(copy, asset)
    assert hits("torte") == ["wedding_cake.jpg"]
    [source] = named.catalog.sources.all()
    named.catalog.sources.add("nas", source.root)
    assert len(hits("nas")) == 3
    named.catalog.sources.remove(source.id)
    assert hits("torte") == hits("nas") == []


def test_words_are_cut_alike_everywhere() -> None:
    assert words_of("DJI_0042-Straße (1e5) 日本.MP4") == ["dji", "0042", "strasse", "1e5", "日本", "mp4"]


def test_refreshing_is_done_in_small_steps_and_only_once(library: Searching) -> None:
    for number in range(30):
        library.add(f"x/clip{number}.mp4")
    assert library.catalog.words.refresh(most=1) >= 1
    assert library.names("clip7", only="names") == ["clip7.mp4"]
    assert library.catalog.words.refresh() == 0


def test_what_is_forgotten_is_not_found(library: Searching) -> None:
    asset = library.catalog.assets.find(library.add("x/keepsake.mp4", ["red"])).id
    library.catalog.tags.add("dear", [asset])
    assert library.names("keepsake", only="names") == ["keepsake.mp4"]
    with library.catalog.database.write() as connection:
        delete_versions(connection, [asset], true())
    assert library.find("keepsake", only="words").hits == ()
    assert library.find("dear", only="words").hits == ()
    assert library.catalog.tags.all() == []
    if library.catalog.database.is_sqlite:
        with library.catalog.database.write() as connection:
            check = "INSERT INTO search_document_fts(search_document_fts, rank) VALUES ('integrity-check', 1)"
            connection.exec_driver_sql(check)  # raises when index and table differ
