"""A stand-in for Apple Photos: a package with made photos, and a program `osxphotos` that reads it.

The program is not the real one, which needs a database of Photos. It runs the script that it is given, as `osxphotos
run` does, with a module `osxphotos` of the same attributes (tests/integration/imports/test_own_programs.py compares them
with the real ones), and has its habits: it says what it does, keeps themes in the home folder, and lets SQLite write
beside the database.
"""

import json
import os
import stat
import sys
import uuid as uuids
from pathlib import Path
from typing import Any

from tests.support.camera_card import write

PROGRAM = '''#!{python}
"""Runs a script with a stand-in for the module osxphotos."""
import datetime, json, os, runpy, sys, types
from pathlib import Path

if sys.argv[1:] == ["--version"]:
    sys.exit(print("osxphotos, version 0.77.2"))
assert sys.argv[1] == "run", sys.argv
print("Processing database", sys.argv[3])
themes = Path(os.environ["HOME"], ".config", "osxphotos", "themes")
themes.mkdir(parents=True, exist_ok=True)
(themes / "dark.theme").write_text("theme")


class Photo(types.SimpleNamespace):
    def __getattr__(self, name):
        if name == "burst_photos":
            mine = self.__dict__.get("burst_uuid")
            every = self.library.all if mine else []
            return [one for one in every if one.burst_uuid == mine and one.uuid != self.uuid]
        raise AttributeError(name)


class PhotosDB:
    def __init__(self, dbfile):
        database = Path(dbfile, "database", "Photos.sqlite")
        Path(dbfile, "database", "Photos.sqlite-shm").write_bytes(os.urandom(8))
        try:
            self.described = json.loads(database.read_text())
        except ValueError:
            print("Something went wrong and osxphotos encountered an error:", file=sys.stderr)
            print("file is not a database", file=sys.stderr)
            print("Crash log written to", Path("osxphotos_crash.log").absolute(), file=sys.stderr)
            Path("osxphotos_crash.log").write_text("log")
            sys.exit(1)
        self.all = [self.photo(Path(dbfile), one) for one in self.described["photos"]]

    def photo(self, package, said):
        said = dict(said)
        for name in ("path", "path_edited", "path_live_photo", "path_edited_live_photo", "path_raw"):
            path = said[name]
            if path is not None:
                path = str(package / path)
                said[name] = path if os.path.isfile(path) and not said["ismissing"] else None
        for name in ("date", "date_original"):
            said[name] = said[name] and datetime.datetime.fromisoformat(said[name])
        said["album_info"] = [
            types.SimpleNamespace(folder_names=path[:-1], title=path[-1]) for path in said.pop("albums")
        ]
        make, model = said.pop("camera")
        said["exif_info"] = types.SimpleNamespace(camera_make=make, camera_model=model)
        place = said["place"]
        said["place"] = place and types.SimpleNamespace(
            address=types.SimpleNamespace(city=place[1], state_province=place[2], country=place[3]),
            names=types.SimpleNamespace(
                area_of_interest=[place[0]] if place[0] else [], city=[], state_province=[], country=[]
            ),
        )
        return Photo(library=self, **said)

    def photos(self, intrash=False):
        return [
            one for one in self.all
            if one.intrash is intrash and (one.burst_uuid is None or one.is_picked)
        ]


sys.modules["osxphotos"] = types.SimpleNamespace(PhotosDB=PhotosDB)
script, *arguments = sys.argv[2:]
sys.argv = [script, *arguments]
runpy.run_path(script, run_name="__main__")
if os.environ.get("OSXPHOTOS_DIES"):
    sys.stdout.flush()
    os.kill(os.getpid(), 9)
'''

FOLDERS = ("originals", "resources/derivatives/masters", "resources/renders", "database/search", "private")


def install_program(folder: Path, text: str, name: str) -> Path:
    """A program of that name in a folder, which is to be in PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    program.write_text(text.replace("{python}", sys.executable))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


class PhotoLibrary:
    """A package, and what its database says."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.photos: list[dict[str, Any]] = []
        for folder in FOLDERS:
            (path / folder).mkdir(parents=True)
        write(path / "resources/derivatives/masters/preview.jpeg", "preview", 300)
        write(path / "private/settings.plist", "settings", 50)
        write(path / "database/search/psi.sqlite", "search", 60)
        self.save()

    def add(
        self,
        name: str,
        text: str = "",
        *,
        size: int = 3000,
        here: bool = True,
        film: bool | None = None,
        raw: str = "",
        edited: bool | None = None,
        **said: Any,
    ) -> str:
        """Add a photo; returns its UUID. here: whether its original is there. film, edited: whether that half is there;
        None: it has none. raw: suffix of the raw file that it has beside a JPEG."""
        number = str(uuids.uuid5(uuids.NAMESPACE_URL, f"{len(self.photos)} {name} {text}")).upper()
        stem, suffix = number, name.rpartition(".")[2].lower()
        original = f"originals/{number[0]}/{stem}.{suffix}"
        render = f"resources/renders/{number[0]}/{stem}_1_201_a.jpeg"
        if here:
            write(self.path / original, f"{name} {text}", size)
        if film:
            write(self.path / f"originals/{number[0]}/{stem}_3.mov", f"{name} {text} film", size + 1)
        if raw:
            write(self.path / f"originals/{number[0]}/{stem}_4.{raw}", f"{name} {text} raw", size + 2)
        if edited:
            write(self.path / render, f"{name} {text} edited", size + 3)
            write(self.path / f"resources/renders/{number[0]}/{stem}.plist", f"{name} {text}", 40)
        self.photos.append(
            {
                "uuid": number, "filename": f"{stem}.{suffix}", "original_filename": name, "title": None,
                "description": None, "keywords": [], "persons": [], "rating": 0, "favorite": False, "hidden": False,
                "intrash": False, "shared": False, "syndicated": False, "saved_to_library": False,
                "ismissing": not here, "iscloudasset": False, "isreference": False, "ismovie": suffix == "mov",
                "slow_mo": False, "hasadjustments": edited is not None, "live_photo": film is not None,
                "has_raw": bool(raw), "path": original, "path_edited": render if edited is not None else None,
                "path_live_photo": f"originals/{number[0]}/{stem}_3.mov" if film is not None else None,
                "path_edited_live_photo": None,
                "path_raw": f"originals/{number[0]}/{stem}_4.{raw}" if raw else None,
                "date": "2024-05-17T10:30:00+02:00", "date_original": "2024-05-17T10:30:00+02:00",
                "albums": [], "camera": ["Apple", "iPhone 15"], "place": None, "burst_uuid": None, "is_picked": True,
                **said,
            }
        )  # fmt: skip
        self.save()
        return number

    def key(self, number: str, suffix: str) -> str:
        """The key of an original."""
        return f"originals/{number[0]}/{number}{suffix}"

    def save(self) -> None:
        """Write the database."""
        (self.path / "database/Photos.sqlite").write_text(json.dumps({"photos": self.photos}))


def everything(root: Path) -> dict[str, tuple[bytes, int]]:
    """Content and time of every file and folder of a package."""
    found = {}
    for path in sorted(root.rglob("*")):
        status = path.lstat()
        found[str(path.relative_to(root))] = (
            path.read_bytes() if path.is_file() else b"",
            0 if path.is_dir() else status.st_mtime_ns,
        )
    return found


def use_program(folder: Path, monkeypatch: Any) -> None:
    """Put the stand-in for osxphotos first into PATH."""
    install_program(folder, PROGRAM, "osxphotos")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
