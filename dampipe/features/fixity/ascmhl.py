"""ASC MHL manifests, written and compared by the reference implementation, the program `ascmhl`.

It runs as a program in an environment of its own, since it needs older versions of libraries than dampipe does.
Format: ASC Media Hash List, specification 2.0 of the Advanced Data Management Subcommittee of the ASC.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from dampipe.features.fixity import errors
from dampipe.features.fixity.model import Compared
from dampipe.kernel.errors import CannotStart, InvalidInput, NotFound, Permanent
from dampipe.kernel.paths import printable
from dampipe.kernel.private_files import user_umask

HashFormat = Literal["xxh128", "xxh3", "xxh64", "md5", "sha1", "c4"]
HASH_FORMATS: tuple[str, ...] = get_args(HashFormat)
HISTORY = "ascmhl"
"""The folder that holds a history of manifests."""

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
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
    """Writes manifests, and compares folders with theirs."""

    def __init__(self, program: str = "") -> None:
        """program: path of `ascmhl`; "": that in PATH, or in the folder ascmhl of Python's environment."""
        self._named = program

    def create(
        self,
        folder: Path,
        hash_format: str = "xxh128",
        author: str = "",
        comment: str = "",
        files: Sequence[str] = (),
    ) -> Compared:
        """Write a manifest of all files, the next generation of the folder's history.

        files: paths below the folder, the only ones that it lists; none: it lists all.

        Files that an earlier generation lists are compared with it. Raises NotFound when the folder does not
        exist, InvalidInput where it is in no file system, and CannotStart without the program.
        """
        _check_local(folder)
        options = ["--hash_format", hash_format]
        options += ["--author_name", author] if author else []
        options += ["--comment", comment] if comment else []
        for file in files:
            options += ["--single_file", str(folder.absolute() / file)]
        return self._compared(folder, "ascmhl", "create", "--verbose", *options)

    def verify(self, folder: Path) -> list[Compared]:
        """Compare all files with the manifests of a folder, or of each folder below it that has some.

        Raises NotFound when there is no manifest or no such folder, and CannotStart without the program.
        """
        _check_local(folder)
        found = histories(folder)
        if not found:
            is_old = folder.suffix.lower() == ".mhl" or any(folder.glob("*.mhl"))
            raise NotFound(errors.OLD_MANIFEST if is_old else errors.NO_HISTORY, path=printable(folder))
        return [self._compared(history, "ascmhl-debug", "verify", "--verbose") for history in found]

    def version(self) -> str:
        """The program's version. Raises CannotStart."""
        return self._run("ascmhl", "--version").stdout.strip().rpartition(" ")[2]

    def _compared(self, folder: Path, program: str, *arguments: str) -> Compared:
        if not folder.is_dir():
            raise NotFound(errors.FOLDER_NOT_FOUND, path=printable(folder))
        done = self._run(program, *arguments, str(folder.absolute()))
        if done.returncode not in _COMPARED | _BROKEN_HISTORY:
            raise Permanent(
                errors.PROGRAM_FAILED, program=program, path=printable(folder), problem=_last_line(done)
            )
        missing = _MISSING.search(done.stderr)
        return Compared(
            folder=printable(folder),
            same=len(_SAME.findall(done.stdout)),
            mismatch=tuple(map(printable, _MISMATCH.findall(done.stderr))),
            missing=tuple(printable(line.strip()) for line in missing[1].splitlines()) if missing else (),
            new=tuple(map(printable, _NEW.findall(done.stderr))),
            problem=_last_line(done) if done.returncode in _BROKEN_HISTORY else "",
        )

    def _run(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        path = self._folder() / program
        # It looks for newer versions on the internet at every start: a delay, and a leak of who uses it.
        environment = {**os.environ, "HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
        try:
            return subprocess.run(
                [path, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                text=True, errors="surrogateescape", check=False, umask=user_umask(),
            )  # fmt: skip
        except OSError as error:
            raise CannotStart(errors.PROGRAM_CANNOT_RUN, program=path, problem=error.strerror) from error

    def _folder(self) -> Path:
        own = Path(sys.prefix) / "ascmhl" / "bin" / "ascmhl"
        found = self._named or shutil.which("ascmhl") or (str(own) if own.exists() else "")
        if not found:
            raise CannotStart(errors.PROGRAM_MISSING)
        return Path(found).resolve().parent


def _check_local(folder: Path) -> None:
    """Raise InvalidInput for a URL, of which `Path` has made one slash of two."""
    if _URL.match(str(folder)) and not folder.exists():
        raise InvalidInput(errors.REMOTE_FOLDER, path=printable(folder).replace(":/", "://", 1))


def _last_line(done: "subprocess.CompletedProcess[str]") -> str:
    """The last line of the program's error output."""
    lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
    return printable(lines[-1].removeprefix("Error: "))


def histories(folder: Path) -> list[Path]:
    """The folder, if it has a history of manifests, else the topmost folders below it that have one."""
    found: list[Path] = []
    for path, folders, _ in os.walk(folder):
        if HISTORY in folders:
            found.append(Path(path))
            folders.clear()  # histories below are part of it
        folders.sort()
    return found
