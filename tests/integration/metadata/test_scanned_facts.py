"""Files that are scanned, probed, filtered and shown: facts of the camera from one end to the other."""

from pathlib import Path

from click.testing import CliRunner
from PIL import ExifTags, Image

import dampipe
from dampipe.features.assets.cli import command as show
from dampipe.features.metadata.cli import metadata


def photograph(path: Path, iso: int, caption: str) -> None:
    exif = Image.Exif()
    exif.update({271: "Canon", 272: "Canon EOS R5", 270: caption})
    exif.get_ifd(ExifTags.IFD.Exif).update(
        {33434: 0.02, 33437: 2.8, 34855: iso, 37386: 35.0, 42033: "0123", 42036: "RF35"}
    )
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (48.0, 51.0, 27.72), 3: "E", 4: (2.0, 17.0, 42.0)})
    Image.new("RGB", (64, 48), (iso % 255, 0, 0)).save(path, exif=exif)


def test_a_scanned_photograph_is_found_by_its_facts_and_texts(tmp_path: Path) -> None:
    footage = tmp_path / "footage"
    footage.mkdir()
    for name, iso in (("day.jpg", 200), ("dusk.jpg", 800), ("night.jpg", 6400)):
        photograph(footage / name, iso, f"Harbour at {name[:-4]}")
    with dampipe.open(home=tmp_path / "home", model="tiny", in_process=True, settle=0.0) as library:
        library.add(footage)
        library.process()

        def found(where: str) -> set[str]:
            return {hit.name for hit in library.search(where=where).hits}

        assert found("iso<=800") == {"day.jpg", "dusk.jpg"}
        assert found("iso>800 and aperture=2.8 and lens=RF35 and camera_serial=0123") == {"night.jpg"}
        assert found("latitude>=48.8 and latitude<48.9 and exposure_time<=0.02") == {
            "day.jpg",
            "dusk.jpg",
            "night.jpg",
        }
        assert found("exposure_time>0.02") == set()
        assert {hit.name for hit in library.search("dusk").hits} >= {"dusk.jpg"}
        services = library._container
        shown = CliRunner().invoke(show, ["day.jpg"], obj=services).output
        lines = {line.split()[0]: " ".join(line.split()[1:]) for line in shown.splitlines() if line.split()}
        assert lines["camera"] == "Canon EOS R5, serial 0123" and lines["lens"] == "RF35"
        assert lines["exposure"] == "ISO 200, 1/50 s, f/2.8, 35 mm"
        assert lines["place"] == "48.8577, 2.295" and "Description: Harbour at day" in lines["metadata"]
        got = CliRunner().invoke(metadata.command, ["get", "day.jpg", "--sources"], obj=services).output
        assert "Harbour at day" in got and "file" in got
