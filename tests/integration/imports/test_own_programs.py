"""The programs of others that importers run: found, installed, and what is taken from them is what they have."""

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from dampipe.features.imports.apple_photos.library import OSXPHOTOS, SCRIPT
from dampipe.features.imports.icloud.account import ICLOUDPD
from dampipe.features.imports.icloud.download import OPTIONS
from dampipe.features.imports.programs import OwnProgram
from dampipe.kernel.errors import CannotStart

CONTRACT = """
import json, runpy, sys
import osxphotos
names = runpy.run_path(sys.argv[1], run_name="names")
wanted = [*names["PLAIN"], *names["DATES"], *names["OTHERS"]]
print(json.dumps({
    "missing": [name for name in wanted if not hasattr(osxphotos.PhotoInfo, name)],
    "photos": list(osxphotos.PhotosDB.photos.__code__.co_varnames),
    "album": [hasattr(osxphotos.AlbumInfo, name) for name in ("folder_names", "title")],
    "place": [hasattr(osxphotos.placeinfo.PlaceInfo5, name) for name in ("address", "names")],
    "address": list(osxphotos.placeinfo.PostalAddress._fields),
    "names": list(osxphotos.placeinfo.PlaceNames._fields),
    "exif": list(osxphotos.exifinfo.ExifInfo.__dataclass_fields__),
}))
"""


def test_the_real_osxphotos_has_what_the_script_reads(tmp_path: Path) -> None:
    program = OSXPHOTOS.path()
    (tmp_path / "contract.py").write_text(CONTRACT)
    environment = {**os.environ, "HOME": str(tmp_path)}
    version = subprocess.run(
        [program, "--version"], env=environment, capture_output=True, text=True, check=True
    )
    assert OSXPHOTOS.requirement.partition("==")[2] in version.stdout
    done = subprocess.run(
        [program, "run", str(tmp_path / "contract.py"), str(SCRIPT)],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["missing"] == [] and "intrash" in found["photos"]
    assert all(found["album"]) and all(found["place"])
    assert {"city", "state_province", "country"} <= set(found["address"])
    assert {"area_of_interest", "city", "state_province", "country"} <= set(found["names"])
    assert {"camera_make", "camera_model"} <= set(found["exif"])


def test_the_real_osxphotos_says_what_is_wrong_with_a_library(tmp_path: Path) -> None:
    from dampipe.features.imports.apple_photos.library import read_photos
    from dampipe.kernel.errors import InvalidInput

    library = tmp_path / "Bad.photoslibrary"
    (library / "database").mkdir(parents=True)
    (library / "database/Photos.sqlite").write_bytes(b"junk" * 100)
    with pytest.raises(InvalidInput) as refused:
        read_photos(str(library))
    assert refused.value.code == "import.program_failed"
    assert "file is not a database" in str(refused.value)
    assert sorted(path.name for path in library.rglob("*")) == ["Photos.sqlite", "database"]


def test_the_real_icloudpd_knows_the_options(tmp_path: Path) -> None:
    program = ICLOUDPD.path()
    environment = {**os.environ, "HOME": str(tmp_path)}
    help_ = subprocess.run(
        [program, "--help"], env=environment, capture_output=True, text=True, check=True
    ).stdout
    options = {
        *(word for word in OPTIONS if word.startswith("--")),
        *("--username", "--directory", "--cookie-directory", "--auth-only"),
    }
    assert [option for option in sorted(options) if option not in help_] == []
    flat = " ".join(help_.split())
    for name, value in pairwise(OPTIONS):
        if name.startswith("--") and not value.startswith("-") and name not in ("--folder-structure",):
            choices = flat[flat.index(f"{name} {{") :].partition("}")[0] if f"{name} {{" in flat else ""
            assert value in choices, (name, value)
    # It takes them together: without a session and a way to Apple it fails later than at its arguments.
    command = [
        program,
        "--directory",
        str(tmp_path),
        *OPTIONS,
        "--username",
        "nobody@example.com",
        "--list-albums",
    ]
    command += ["--cookie-directory", str(tmp_path / "cookies"), "--dry-run"]
    environment |= {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1 and "Processing user: nobody@example.com" in done.stdout, done
    assert "unrecognized arguments" not in done.stderr


def test_a_program_is_installed_into_an_environment_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "pyproject.toml").write_text(
        '[project]\nname = "sayer"\nversion = "1.0"\n[project.scripts]\nsayer = "sayer:main"\n'
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (package / "backend.py").write_text(BACKEND)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "environment"))
    (tmp_path / "environment").mkdir()
    said: list[str] = []
    program = OwnProgram("sayer", str(package), 1, "sayings")
    with pytest.raises(CannotStart) as absent:
        program.path()
    assert "dampipe import sayings --install" in str(absent.value.hint)
    assert program.install(said.append) == program.path()
    assert "pip fetches about 1 MB" in said[0]
    assert subprocess.run([program.path()], capture_output=True, text=True, check=True).stdout == "hello\n"
    with pytest.raises(CannotStart) as failed:
        OwnProgram("sayer", str(tmp_path / "nothing"), 1, "sayings").install(said.append)
    assert failed.value.code == "import.program_not_installed"


BACKEND = """
import zipfile
from pathlib import Path

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "sayer-1.0-py3-none-any.whl"
    info = "sayer-1.0.dist-info"
    with zipfile.ZipFile(Path(folder, name), "w") as wheel:
        wheel.writestr("sayer.py", "def main():\\n    print('hello')\\n")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: sayer\\nVersion: 1.0\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/entry_points.txt", "[console_scripts]\\nsayer = sayer:main\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
"""
