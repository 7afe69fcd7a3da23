"""Builds Google Takeouts: photographs and films of several parts, with the JSON files that Google writes beside them."""

import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

STAMP = "takeout-20240501T101010Z"
ROOT = "Takeout/Google Photos"
TAKEN = 1_557_144_000  # 2019-05-06T12:00:00Z


def bytes_of(seed: str, size: int = 3000) -> bytes:
    """Content that only this seed has."""
    block = hashlib.sha256(seed.encode()).digest()
    return (block * (size // len(block) + 1))[:size]


def photo_json(title: str, taken: int = TAKEN, **more: Any) -> bytes:
    """The JSON file of a photograph."""
    said = {
        "title": title,
        "description": "",
        "imageViews": "3",
        "creationTime": {"timestamp": str(taken + 86_400), "formatted": "…"},
        "photoTakenTime": {"timestamp": str(taken), "formatted": "…"},
        "geoData": {
            "latitude": 0.0,
            "longitude": 0.0,
            "altitude": 0.0,
            "latitudeSpan": 0.0,
            "longitudeSpan": 0.0,
        },
        "url": "https://photos.google.com/photo/x",
        "googlePhotosOrigin": {"mobileUpload": {"deviceType": "IOS_PHONE"}},
    }
    return json.dumps({**said, **more}, ensure_ascii=False, indent=2).encode()


def album_json(title: str) -> bytes:
    """The JSON file of an album."""
    said = {"title": title, "description": "", "access": "protected", "date": {"timestamp": str(TAKEN)}}
    return json.dumps(said, ensure_ascii=False).encode()


class Takeout:
    """An export that is being put together: content by part and path."""

    def __init__(self) -> None:
        self.parts: dict[int, dict[str, bytes]] = {}

    def add(self, part: int, path: str, content: bytes | str) -> "Takeout":
        """A file of a part; its path is below `ROOT`. A text stands for content that only it has."""
        data = bytes_of(content) if isinstance(content, str) else content
        self.parts.setdefault(part, {})[f"{ROOT}/{path}"] = data
        return self

    def files(self) -> dict[str, bytes]:
        """All files, by the key that they have in the receipt."""
        return {
            f"{STAMP}-{number:03}.zip/{path}": data
            for number, files in self.parts.items()
            for path, data in files.items()
        }

    def zips(self, folder: Path) -> list[Path]:
        """Write the parts as zip archives."""
        folder.mkdir(parents=True, exist_ok=True)
        made = []
        for number, files in sorted(self.parts.items()):
            path = folder / f"{STAMP}-{number:03}.zip"
            write_zip(path, files)
            made.append(path)
        return made

    def tarballs(self, folder: Path) -> list[Path]:
        """Write the parts as .tgz archives."""
        folder.mkdir(parents=True, exist_ok=True)
        made = []
        for number, files in sorted(self.parts.items()):
            path = folder / f"{STAMP}-{number:03}.tgz"
            with tarfile.open(path, "w:gz") as archive:
                for name, data in files.items():
                    info = tarfile.TarInfo(name)
                    info.size, info.mtime = len(data), TAKEN
                    archive.addfile(info, io.BytesIO(data))
            made.append(path)
        return made

    def unpacked(self, folder: Path) -> Path:
        """Write all parts as files."""
        for files in self.parts.values():
            for name, data in files.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        return folder


def write_zip(path: Path, files: Mapping[str, bytes], **more: Any) -> Path:
    """Write a zip archive. JSON files are deflated, as Google does, photographs are not."""
    with zipfile.ZipFile(path, "w", **more) as archive:
        for name, data in files.items():
            method = zipfile.ZIP_DEFLATED if name.endswith(".json") else zipfile.ZIP_STORED
            archive.writestr(zipfile.ZipInfo(name, (2024, 5, 1, 10, 10, 10)), data, method)
    return path


def realistic() -> tuple[Takeout, dict[str, str]]:
    """An export in three parts, with each of Takeout's habits; and the outcomes of its files that were not imported."""
    made, year, rome = Takeout(), "Photos from 2019", "Rome 2019"
    long = "a_photograph_with_a_very_long_name_that_is_cut_off_by_google"
    cut = long[:47]
    made.add(1, f"{year}/IMG_1.jpg", "one").add(2, f"{year}/IMG_1.jpg.supplemental-metadata.json", photo_json(
        "IMG_1.jpg", description="The Tiber\nat night", favorited=True, people=[{"name": "Anna"}, {"name": "Bo"}],
        geoData={"latitude": 41.9, "longitude": 12.5, "altitude": 21.0},
    ))  # fmt: skip
    made.add(1, f"{year}/IMG_1(1).jpg", "another one").add(
        1, f"{year}/IMG_1.jpg(1).json", photo_json("IMG_1.jpg")
    )
    made.add(2, f"{year}/IMG_1-edited.jpg", "one, edited")
    made.add(1, f"{year}/IMG_2.HEIC", "live").add(3, f"{year}/IMG_2.MP4", "live film")
    made.add(3, f"{year}/IMG_2.HEIC.supplemental-metadata.json", photo_json("IMG_2.HEIC", TAKEN + 3_000_000))
    made.add(2, f"{year}/{cut}.jpg", "cut").add(3, f"{year}/{long[:46]}.json", photo_json(f"{long}.jpg"))
    made.add(3, f"{rome}/IMG_1.jpg", "one").add(3, f"{rome}/IMG_1.jpg.supplemental-metadata.json", photo_json(
        "IMG_1.jpg", description="The Tiber\nat night", favorited=True,
    ))  # fmt: skip
    made.add(3, f"{rome}/IMG_2.HEIC.supplemental-metadata.json", photo_json("IMG_2.HEIC", TAKEN + 3_000_000))
    made.add(1, f"{rome}/metadata.json", album_json("Rome, in May"))
    made.add(2, f"{year}/IMG_9.jpg.json", photo_json("IMG_9.jpg"))
    made.add(2, "Papierkorb/IMG_8.jpg", "deleted").add(
        2, "Papierkorb/IMG_8.jpg.json", photo_json("IMG_8.jpg", trashed=True)
    )
    made.add(3, "print-subscriptions.json", b"{}").add(1, "../archive_browser.html", b"<html>")
    made.parts[1]["Takeout/archive_browser.html"] = made.parts[1].pop(f"{ROOT}/../archive_browser.html")
    outcomes = {
        f"{STAMP}-003.zip/{ROOT}/{rome}/IMG_1.jpg": "already_there",
        f"{STAMP}-002.zip/{ROOT}/{year}/IMG_9.jpg.json": "metadata_alone",
        f"{STAMP}-002.zip/{ROOT}/Papierkorb/IMG_8.jpg": "trashed",
        f"{STAMP}-002.zip/{ROOT}/Papierkorb/IMG_8.jpg.json": "trashed",
        f"{STAMP}-003.zip/{ROOT}/print-subscriptions.json": "not_media",
        f"{STAMP}-001.zip/Takeout/archive_browser.html": "not_media",
    }
    return made, outcomes
