"""A stand-in for icloudpd and Apple's servers.

It takes the options of the real one (tests/integration/imports/test_own_programs.py compares them), and does with files
what its source does: names with seven characters of the number of a photo, `.part` files that a later run continues, a
rename at the end, nothing fetched that has a file of its name, XMP beside every photo, also one that was there. Its
texts are those of icloudpd 1.32. What Apple has, and what is going to fail, stands in a JSON file.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from tests.support.photo_library import install_program

PROGRAM = '''#!{python}
"""See tests/support/fake_icloud.py."""
import argparse, base64, datetime, hashlib, json, os, sys, time
from pathlib import Path
from xml.sax.saxutils import escape

parser = argparse.ArgumentParser()
for name in ("--username", "--directory", "--cookie-directory", "--log-level", "--folder-structure",
             "--live-photo-mov-filename-policy", "--file-match-policy"):
    parser.add_argument(name)
for name in ("--size", "--password-provider"):
    parser.add_argument(name, action="append")
for name in ("--auth-only", "--no-progress-bar", "--keep-unicode-in-filenames", "--xmp-sidecar"):
    parser.add_argument(name, action="store_true")
given = parser.parse_args()
cloud = Path("{cloud}")
said = json.loads(cloud.read_text())
session = Path(given.cookie_directory, "".join(one for one in given.username if one.isalnum() or one == "_"))


def log(level, text):
    print(f"2026-01-01 10:00:00 {level:<8} {text}", flush=True)


def fail(*lines, code=1):
    for line in lines:
        print(line, flush=True)
    sys.exit(code)


with open(str(cloud) + ".calls", "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
log("INFO", f"Processing user: {given.username}")
if given.auth_only:
    assert given.password_provider == ["keyring", "console"]
    password = input(f"iCloud Password for {given.username}:")
    if password != said["password"]:
        fail("2026-01-01 10:00:00 INFO     Invalid email/password combination.")
    log("INFO", "Two-factor authentication is required (2fa)")
    if input("Please enter two-factor authentication code: ") != said["code"]:
        fail("2026-01-01 10:00:00 INFO     Failed to verify two-factor authentication code")
    session.parent.mkdir(parents=True, exist_ok=True)
    session.write_text("cookies")
    log("INFO", "Authentication completed successfully")
    sys.exit(0)
assert given.password_provider == ["keyring"] and given.size == ["original", "alternative"]
assert given.file_match_policy == "name-id7" and given.live_photo_mov_filename_policy == "original"
if not session.exists() or session.read_text() == "ended":
    log("INFO", "Two-factor authentication is required (2fa)")
    fail("Please enter two-factor authentication code: Traceback (most recent call last):",
         '  File "icloudpd/authentication.py", line 53, in prompt_string', "EOFError: EOF when reading a line")
if said["fails"]:
    fail(*said["fails"])
log("INFO", f"Downloading {len(said['photos'])} original,alternative photos and videos to {given.directory} ...")
fetched = 0
for photo in said["photos"]:
    if said["ends_after"] is not None and fetched >= said["ends_after"]:
        session.write_text("ended")
        fail("2026-01-01 10:00:00 ERROR    Session error, re-authenticating...",
             "2026-01-01 10:00:00 INFO     Two-factor authentication is required (2fa)",
             "EOFError: EOF when reading a line")
    made = datetime.datetime.fromisoformat(photo["date"])
    folder = Path(given.directory, given.folder_structure.format(made))
    stem, _, suffix = photo["name"].rpartition(".")
    stem += "_" + base64.b64encode(photo["id"].encode()).decode()[:7]
    parts = [(f"{stem}.{suffix}", photo["name"])] + ([(f"{stem}.MOV", "film")] if photo["film"] else [])
    for name, what in parts:
        path = folder / name
        if photo["missing"] and what != "film":
            log("ERROR", f"Could not download {name}. Please try again later.")
            continue
        if not path.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            block = hashlib.sha256(f"{photo['id']} {what}".encode()).digest()
            data = (block * (photo["size"] // len(block) + 1))[: photo["size"]]
            part = folder / (base64.b32encode(hashlib.sha1(data).digest()).decode() + ".part")
            done = part.stat().st_size if part.exists() else 0
            with part.open("ab") as stream:
                for start in range(done, len(data), 1000):
                    stream.write(data[start : start + 1000])
                    stream.flush()
                    time.sleep(said["delay"])
            part.rename(path)
            os.utime(path, (made.timestamp(), made.timestamp()))
            fetched += 1
            log("INFO", f"Downloaded {path}")
        if what != "film" and given.xmp_sidecar:
            subjects = "".join(f"<rdf:li>{escape(one)}</rdf:li>" for one in photo["keywords"])
            rating = "<xmp:Rating>5</xmp:Rating>" if photo["favorite"] else ""
            title = f"<dc:title>{escape(photo['title'])}</dc:title>" if photo["title"] else ""
            Path(f"{path}.xmp").write_text(
                "<?xml version='1.0' encoding='utf-8'?>"
                '<x:xml_doc xmlns:x="adobe:ns:meta/" x:xmptk="icloudpd 1.32.3+2035bb1">'
                '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
                '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
                f"{title}<dc:subject><rdf:Seq>{subjects}</rdf:Seq></dc:subject></rdf:Description>"
                '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
                f"{rating}</rdf:Description></rdf:RDF></x:xml_doc>"
            )
log("INFO", "All photos and videos have been downloaded")
'''

USER = "anna@example.com"


class FakeICloud:
    """What Apple has of an account, and the program."""

    def __init__(self, folder: Path, monkeypatch: Any) -> None:
        folder.mkdir()
        self._path = folder / "cloud.json"
        self._said: dict[str, Any] = {
            "photos": [], "fails": [], "ends_after": None, "delay": 0.0, "password": "secret", "code": "123456",
        }  # fmt: skip
        self._save()
        install_program(folder / "bin", PROGRAM.replace("{cloud}", str(self._path)), "icloudpd")
        monkeypatch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")

    def change(self, **said: Any) -> None:
        """What is going to happen."""
        self._said |= said
        self._save()

    def add(
        self, name: str, size: int = 3000, film: bool = False, missing: bool = False, **said: Any
    ) -> None:
        """Add a photo."""
        number = hashlib.sha1(f"{len(self._said['photos'])} {name}".encode()).hexdigest().upper()
        self._said["photos"].append(
            {
                "name": name, "id": number, "size": size, "film": film, "missing": missing, "title": "",
                "date": "2024-05-17T10:30:00", "keywords": [], "favorite": False, **said,
            }
        )  # fmt: skip
        self._save()

    def contents(self) -> set[bytes]:
        """The bytes of all photos that can be fetched."""
        found = set()
        for at, photo in enumerate(self._said["photos"]):
            whats = ([] if photo["missing"] else [photo["name"]]) + (["film"] if photo["film"] else [])
            found |= {self.content(at, what) for what in whats}
        return found

    def content(self, at: int, what: str = "") -> bytes:
        """The bytes of the nth photo, or of its film."""
        photo = self._said["photos"][at]
        block = hashlib.sha256(f"{photo['id']} {what or photo['name']}".encode()).digest()
        return (block * (photo["size"] // len(block) + 1))[: photo["size"]]

    @property
    def calls(self) -> list[list[str]]:
        """The arguments of each run."""
        path = Path(f"{self._path}.calls")
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def _save(self) -> None:
        temporary = self._path.with_suffix(".new")
        temporary.write_text(json.dumps(self._said))
        os.replace(temporary, self._path)
