"""The commands of docs/imports.md, word for word, and what they print; /mnt and /media are folders of the test."""

import glob
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import click
import pytest
from click.testing import CliRunner

import dampipe
from dampipe.app.api import Library
from dampipe.cli import main
from dampipe.features.imports.queries import ImportRepository
from dampipe.features.imports.worker import ImportWorker
from dampipe.kernel.container import Services
from dampipe.kernel.errors import ExitCode
from tests.support.camera_card import make_card, write
from tests.support.takeout import Takeout, photo_json

TEXT = (Path(__file__).parents[3] / "docs" / "imports.md").read_text()
PLACES = ("/mnt/", "/media/")


def commands(beginning: str) -> list[str]:
    """The lines of indented blocks that begin so."""
    found = re.findall(rf"^    ({re.escape(beginning)}.*)$", TEXT, re.M)
    assert found, beginning
    return found


def example(beginning: str) -> tuple[str, str]:
    """A command of a console block, and what it prints."""
    [(line, printed)] = re.findall(
        rf"^```console\n\$ ({re.escape(beginning)}.*)\n((?:.*\n)*?)```", TEXT, re.M
    )
    return line, printed


class Shell:
    """Runs commands that readers copy."""

    def __init__(self, library: Library, folder: Path) -> None:
        self._library, self.folder = library, folder

    def here(self, path: str) -> Path:
        return self.folder / path.lstrip("/")

    def run(self, line: str, code: int = 0) -> str:
        """What a command prints, with the paths of the document. code: with which it ends."""
        words: list[str] = []
        for word in shlex.split(line)[1:]:
            path = str(self.here(word)) if word.startswith(PLACES) else word
            words += sorted(glob.glob(path)) if "*" in path else [path]
        name = words.pop(0)
        command = main.get_command(click.Context(main), name)
        assert command is not None, line
        done = CliRunner().invoke(command, words, obj=self._library.service(Services))
        assert done.exit_code == code, (line, done.output, done.exception)
        return done.output.replace(str(self.folder), "")


@contextmanager
def worker_of_imports(library: Library) -> Iterator[None]:
    """Continues imports meanwhile, as a worker of the queue `io` does."""
    over = Event()

    def work() -> None:
        while not over.wait(0.1):
            for number in library.service(ImportRepository).due():
                library.service(ImportWorker).portion(number)

    thread = Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    with (
        dampipe.open(home=tmp_path / "home", model="tiny", in_process=True) as library,
        worker_of_imports(library),
    ):
        made = Shell(library, tmp_path / "here")
        for name in ("raid", "shuttle"):
            made.here(f"/mnt/{name}").mkdir(parents=True)
        for line in commands("dampipe source add raid") + commands("dampipe source add shuttle"):
            made.run(line)
        yield made


def test_a_card_a_folder_and_what_was_set_aside(shell: Shell) -> None:
    make_card(shell.here("/media/CARD1"))
    line, printed = example("dampipe import card")
    assert line in commands("dampipe import card")
    assert shell.run(line) == printed
    write(shell.here("/mnt/in/holiday/C0001.mp4"), "one", 5000)
    [line] = commands("dampipe import folder /mnt/in/holiday --to raid --pattern")
    assert "1 inputs = 1 imported" in shell.run(line) or list(
        shell.here("/mnt/raid").rglob("other/C0001.mp4")
    )
    write(shell.here("/mnt/in/more/C0002.mp4"), "two", 5000)
    write(shell.here("/mnt/in/more/notes.txt"), "notes", 30)
    shell.run("dampipe import folder /mnt/in/more --to raid --wait")
    line, printed = example("dampipe import show 3")
    assert shell.run(line) == printed


def test_a_takeout(shell: Shell) -> None:
    export = Takeout()
    for number in range(1, 5):
        export.add(1, f"Photos from 2019/IMG_{number}.jpg", f"photograph {number}")
    for number in range(1, 4):
        described = photo_json(f"IMG_{number}.jpg")
        export.add(2, f"Photos from 2019/IMG_{number}.jpg.supplemental-metadata.json", described)
    export.add(3, "Rome/IMG_1.jpg", "photograph 1")
    export.add(3, "Rome/IMG_1.jpg.supplemental-metadata.json", photo_json("IMG_1.jpg"))
    export.add(3, "Photos from 2019/gone.jpg.json", photo_json("gone.jpg"))
    export.add(3, "Photos from 2019/notes.txt", "notes")
    export.zips(shell.here("/mnt/takeout"))
    line, printed = example("dampipe import takeout")
    assert shell.run(line, ExitCode.FAILURES) == printed, "a JSON file that describes nothing is at fault"
