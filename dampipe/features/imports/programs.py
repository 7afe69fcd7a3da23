"""Programs of others that importers run: each in an environment of its own, since they need other versions of libraries.

They are called with arguments as a list and without a shell, and never imported.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dampipe.features.imports.errors import PROGRAM_MISSING, PROGRAM_NOT_INSTALLED
from dampipe.kernel.errors import CannotStart
from dampipe.kernel.paths import printable


@dataclass(frozen=True)
class OwnProgram:
    """A program that can be installed into an environment of its own, beside the one in which dampipe is."""

    name: str
    requirement: str
    """What pip installs: the version with which it was tried."""
    megabytes: int
    """What pip fetches."""
    importer: str
    """The name of the importer that installs it: `dampipe import NAME --install`."""

    @property
    def folder(self) -> Path:
        """The environment."""
        return Path(sys.prefix) / self.name

    def path(self) -> str:
        """The program in PATH, else the one in its environment. Raises CannotStart."""
        own = self.folder / "bin" / self.name
        found = shutil.which(self.name) or (str(own) if os.access(own, os.X_OK) else "")
        if not found:
            raise CannotStart(PROGRAM_MISSING, program=self.name, importer=self.importer)
        return found

    def install(self, say: Callable[[str], object]) -> str:
        """Install it, and return its path; an environment that is there is brought to the version. Raises CannotStart.

        say: called with what is going on, for people.
        """
        python = self.folder / "bin" / "python"
        say(
            f"installing {self.requirement} into {printable(self.folder)}: pip fetches about {self.megabytes} MB"
        )
        if not python.exists():
            self._run([sys.executable, "-m", "venv", "--clear", str(self.folder)])
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
        self._run([*pip, "--no-compile", self.requirement])
        return str(self.folder / "bin" / self.name)

    def _run(self, command: list[str]) -> None:
        # PYTHONPATH and the like are those of dampipe's environment.
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        try:
            done = subprocess.run(
                command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                errors="replace", check=False,
            )  # fmt: skip
        except OSError as error:
            problem = error.strerror or str(error)
            raise CannotStart(PROGRAM_NOT_INSTALLED, program=self.name, problem=problem) from error
        if done.returncode:
            lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
            problem = printable(lines[-1]) if lines else f"exit code {done.returncode}"
            raise CannotStart(PROGRAM_NOT_INSTALLED, program=self.name, problem=problem)
