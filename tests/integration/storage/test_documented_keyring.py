"""The commands of docs/sources.md that store passwords in the keyring, word for word: dampipe finds them there."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import ROOT

BACKEND = """
import json
from pathlib import Path

from keyring.backend import KeyringBackend

FILE = Path(__file__).with_name("passwords.json")


class FileKeyring(KeyringBackend):
    priority = 1

    def get_password(self, service, username):
        return self._read().get(f"{service} {username}")

    def set_password(self, service, username, password):
        FILE.write_text(json.dumps({**self._read(), f"{service} {username}": password}))

    def delete_password(self, service, username):
        raise NotImplementedError

    def _read(self):
        return json.loads(FILE.read_text()) if FILE.exists() else {}
"""
FIND = """
import sys
from dampipe.storage.files.connections import parse
from dampipe.storage.files.passwords import keyring_password
print(keyring_password(parse(sys.argv[1]), sys.argv[2]))
"""
URLS = {
    "keyring set smb://nas editor": ("smb://editor@nas/media/rushes", "editor"),
    "keyring set sftp://host editor": ("sftp://editor@host/folder", "editor"),
    "keyring set webdavs://cloud.example USER": (
        "webdavs://USER@cloud.example/remote.php/dav/files/USER/Footage",
        "USER",
    ),
}
"""The documented commands, and the URL and user for which each is."""


def test_every_documented_command_is_tried() -> None:
    documented = re.findall(r"keyring set \S+ \w+", (ROOT / "docs" / "sources.md").read_text())
    assert set(documented) == set(URLS)


@pytest.mark.parametrize("command", URLS)
def test_a_password_of_the_keyring_is_found(tmp_path: Path, command: str) -> None:
    (tmp_path / "file_keyring.py").write_text(BACKEND)
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "PYTHONPATH": f"{tmp_path}:{ROOT}",
        "PYTHON_KEYRING_BACKEND": "file_keyring.FileKeyring",
    }

    def run(*words: str, given: str = "") -> str:
        return subprocess.run(
            [sys.executable, *words],
            env=environment,
            cwd=tmp_path,
            input=given,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    url, user = URLS[command]
    assert run("-c", FIND, url, user) == "None"
    run("-m", *shlex.split(command), given="S3cret of the tests\n")
    assert run("-c", FIND, url, user) == "S3cret of the tests"
    assert run("-c", FIND, url, "another") == "None"
