"""ASC MHL manifests, written and compared by the reference implementation, the program `ascmhl`.

It is run as a program in an environment of its own, since it holds back libraries that dampipe needs newer.
Format: ASC Media Hash List, specification 2.0 of the Advanced Data Management Subcommittee of the ASC.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Literal, get_args

from dampipe.features.fixity.model import Compared
from dampipe.kernel.errors import CannotStart, NotFound, Permanent
from dampipe.kernel.paths import printable

HashFormat = Literal["xxh128", "xxh3", "xxh64", "md5", "sha1", "c4"]
HASH_FORMATS: tuple[str, ...] = get_args(HashFormat)
HISTORY = "ascmhl"
"""The folder that holds a history of manifests."""

_SAME = re.compile(
    r"^(?:verification \(\w+\) of file .*: OK|  (?:verified|created original hash for) .*)$", re.MULTILINE
)
_MISMATCH = re.compile(r"^ERROR: hash mismatch\s+for\s+(.+?)\s+(?:old \w+|\w+ \(old\)): ", re.MULTILINE)
_NEW = re.compile(r"^found new file (.+)$", re.MULTILINE)
_MISSING = re.compile(r"^ERROR: \d+ missing file\(s\):\n((?:  .+\n?)+)", re.MULTILINE)
_COMPARED = {0, 10, 11, 12, 21}
"""Exit codes: done, files are missing, or differ, folders differ, or there are new files."""
_BROKEN_HISTORY = {31, 32, 33}


class AscMhl:
    """Writes and compares manifests."""

    def __init__(self, program: str = "") -> None:
        """program: path of `ascmhl`; "": that in PATH, or in the folder ascmhl of Python's environment."""
        self._named = program

    def create(
        self, folder: Path, hash_format: str = "xxh128", author: str = "", comment: str = ""
    ) -> Compared:
        """Write a manifest of all files, the next generation of the folder's history.

        Files that an earlier generation knows are compared with it. Raises NotFound for no folder and
        CannotStart without the program.
        """
        options = ["--hash_format", hash_format]
        options += ["--author_name", author] if author else []
        options += ["--comment", comment] if comment else []
        return self._compared(folder, "ascmhl", "create", "--verbose", *options)

    def verify(self, folder: Path) -> list[Compared]:
        """Compare all files with the manifests of a folder, or of each folder below it that has some.

        Raises NotFound when there are none, or no such folder, and CannotStart without the program.
        """
        found = histories(folder)
        if not found:
            raise NotFound(f"there is no ASC MHL history in or below {printable(folder)}", hint=_hint(folder))
        return [self._compared(one, "ascmhl-debug", "verify", "--verbose") for one in found]

    def version(self) -> str:
        """The program's version. Raises CannotStart."""
        return self._run("ascmhl", "--version").stdout.strip().rpartition(" ")[2]

    def _compared(self, folder: Path, program: str, *arguments: str) -> Compared:
        if not folder.is_dir():
            raise NotFound(f"there is no folder {printable(folder)}", hint="Is the card mounted?")
        done = self._run(program, *arguments, str(folder.absolute()))
        if done.returncode not in _COMPARED | _BROKEN_HISTORY:
            raise Permanent(f"{program} failed on {printable(folder)}: {_last(done)}")
        missing = _MISSING.search(done.stderr)
        return Compared(
            folder=printable(folder),
            same=len(_SAME.findall(done.stdout)),
            mismatch=tuple(map(printable, _MISMATCH.findall(done.stderr))),
            missing=tuple(printable(line.strip()) for line in missing[1].splitlines()) if missing else (),
            new=tuple(map(printable, _NEW.findall(done.stderr))),
            problem=_last(done) if done.returncode in _BROKEN_HISTORY else "",
        )

    def _run(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        path = self._folder() / program
        # It asks the internet for newer versions at every start; nobody is to wait for that, or to be told on.
        environment = {**os.environ, "HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
        try:
            return subprocess.run(
                [path, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                text=True, errors="surrogateescape", check=False,
            )  # fmt: skip
        except OSError as error:
            raise CannotStart(f"{path} cannot be run: {error.strerror}", hint=_INSTALL) from error

    def _folder(self) -> Path:
        own = Path(sys.prefix) / "ascmhl" / "bin" / "ascmhl"
        found = self._named or shutil.which("ascmhl") or (str(own) if own.exists() else "")
        if not found:
            raise CannotStart("the program ascmhl is not installed", hint=_INSTALL)
        return Path(found).resolve().parent


_INSTALL = "`pipx install ascmhl` (or `uv tool install ascmhl`) gets it; the setting ascmhl says where it is."


def _last(done: "subprocess.CompletedProcess[str]") -> str:
    """What the program said last."""
    lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
    return printable(lines[-1].removeprefix("Error: "))


def histories(folder: Path) -> list[Path]:
    """The folder, if it has a history of manifests, else the topmost ones below it that have."""
    found: list[Path] = []
    for place, folders, _ in os.walk(folder):
        if HISTORY in folders:
            found.append(Path(place))
            folders.clear()  # those below are part of it
        folders.sort()
    return found


def _hint(folder: Path) -> str:
    if folder.suffix.lower() == ".mhl" or any(folder.glob("*.mhl")):
        return "Manifests of MHL 1.x are not ASC MHL; `mhlver` of the package mhl-suite compares them."
    return "`dampipe mhl create` writes one."
