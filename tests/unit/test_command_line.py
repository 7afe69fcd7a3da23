"""The command line: error messages of two lines, tables, and what commands print."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from errno import ENOSPC
from pathlib import Path
from typing import Any

import click
import pytest
from rich.progress import Progress

from dampipe.app import container as bootstrap
from dampipe.app.doctor import Finding, Verdict
from dampipe.cli import main
from dampipe.features.duplicates.cli import _row
from dampipe.features.duplicates.model import Copy, NearDuplicate
from dampipe.features.fixity.cli.mhl import say_written
from dampipe.features.fixity.model import VERIFY, Compared
from dampipe.features.processing.cli.watch import _append
from dampipe.features.processing.model import Status
from dampipe.features.processing.service import ProcessingService
from dampipe.features.processing.status import StatusService
from dampipe.features.scanning.cli.enqueue import _show
from dampipe.features.scanning.model import ScanProgress, ScanState
from dampipe.features.search.cli.options import search_request
from dampipe.features.search.cli.search import _REGISTRY, _export, command
from dampipe.features.search.cli.timeline_file import write_timeline
from dampipe.features.search.model import SearchRequest
from dampipe.jobs.model import Failure
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.faces.console import say, table
from dampipe.kernel.release import ReleaseRequest
from dampipe.timeline import Format, Rendered, render
from dampipe.timeline.clip import Clip


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["serch", "x"], ["there is no command 'serch': did you mean `dampipe search`?", "`dampipe --help`"]),
        (["xyzzy"], ["there is no command 'xyzzy'", "`dampipe --help`"]),
        (["search", "--bogus", "x"], ["--bogus", "`dampipe search --help`"]),
        (["source", "add", "--bogus"], ["--bogus", "`dampipe source add --help`"]),
        (["search"], ["nothing to search for: give words, --image", "`dampipe search --help`"]),
        (["search", "x", "--resolution", "foo"], ["invalid resolution 'foo'", "`dampipe search --help`"]),
        (["enqueue", "day1", ""], ["a path is empty; the current folder is .", "`dampipe enqueue --help`"]),
        (
            ["source", "add", "x", ""],
            ["a path is empty; the current folder is .", "`dampipe source add --help`"],
        ),
        (
            ["serve", "--port", "99999"],
            ["'99999' is not a whole number from 0 to 65535", "`dampipe serve --help`"],
        ),
        (
            ["search", "x", "-n", "abc"],
            ["'abc' is not a whole number from 1 to 1000", "`dampipe search --help`"],
        ),
        (
            ["failures", "-n", "9" * 30],
            ["is not a whole number from 1 to 1000000000", "`dampipe failures --help`"],
        ),
        (
            ["events", "-n", "-1"],
            ["'-1' is not a whole number from 0 to 1000000000", "`dampipe events --help`"],
        ),
        (["verify", "--percent", "nan"], ["'nan' is not a number of at least 0 and at most 100", "--help`"]),
        (
            ["check", "--percent", "0"],
            ["'0' is not a number above 0 and at most 100", "`dampipe check --help`"],
        ),
        (["scan", "pause", "abc"], ["'abc' is not a whole number from 1 on", "`dampipe scan pause --help`"]),
        (["config", "--sample", "--json"], ["--sample prints TOML", "`dampipe config --help`"]),
        (["watch", "--every", "inf"], ["'inf' is not a number of at least 0.2", "`dampipe watch --help`"]),
        (
            ["search", "x", "--duration", "60-10"],
            ["the range '60-10' begins after its end", "`dampipe search --help`"],
        ),
    ],
)
def test_a_usage_error_is_reported_in_two_lines(
    capsys: pytest.CaptureFixture[str], arguments: list[str], expected: list[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    lines = capsys.readouterr().err.splitlines()
    assert exit_.value.code == 2 and len(lines) == 2
    assert lines[0].startswith("dampipe: ") and expected[0] in lines[0] and expected[1] in lines[1]


@pytest.mark.parametrize(
    ("arguments", "words", "without"),
    [
        (["beach", "-people"], "beach", ("people",)),
        (["-people", "beach", "-red umbrella", "-n5"], "beach", ("people", "red umbrella")),
        (["beach -people"], "beach", ("people",)),
        (["beach", "--", "-people"], "beach", ("people",)),
        (["beach", "-a", "--", 'C001-C002 -"two words"'], "beach C001-C002", ("a", "two words")),
        (["beach", "--without", "-people"], "beach", ("-people",)),
    ],
)
def test_a_minus_sign_before_a_word_excludes_it(
    arguments: list[str], words: str, without: tuple[str, ...]
) -> None:
    request = requested(arguments)
    assert (request.words, sorted(request.without)) == (words, sorted(without))
    assert request.limit == (5 if "-n5" in arguments else 10)


_OWN = {"words", "image", *_REGISTRY}
"""Parameters of the command that become fields of the request of other names."""


def requested(arguments: list[str]) -> SearchRequest:
    """What `dampipe search` makes of its arguments."""
    params = dict(command.make_context("search", list(arguments)).params)
    return search_request(
        _REGISTRY, **{k: v for k, v in params.items() if k in SearchRequest.model_fields or k in _OWN}
    )


def test_an_empty_picture_still_asks_the_model(tmp_path: Path) -> None:
    (tmp_path / "none.jpg").write_bytes(b"")
    request = requested(["--image", str(tmp_path / "none.jpg")])
    assert request.asks_vision, "the picture is refused where it is decoded"


def test_an_error_reports_a_timeline_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no folder .*nowhere"):
        write_timeline(tmp_path / "nowhere" / "cut.edl", "x")
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match=r"cannot be written: Not a directory"):
        write_timeline(tmp_path / "file" / "cut.edl", "x")


def test_an_incomplete_timeline_does_not_replace_the_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, text: str, **_: object) -> None:
        path.write_bytes(text.encode()[:1])
        raise OSError(ENOSPC, "No space left on device")

    path = tmp_path / "cut.edl"
    path.write_text("earlier")
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        write_timeline(path, "later")
    assert [(left.name, left.read_text()) for left in tmp_path.iterdir()] == [("cut.edl", "earlier")]


class Unchecked:
    """Writes timelines of clips, whatever their rights; stands for the service of clips."""

    def get(self, _: object) -> "Unchecked":
        return self

    def write(self, _: object, clips: Sequence[Clip], form: Format, title: str, use: object) -> Rendered:
        return render(clips, form, title)


def test_a_timeline_is_replaced_but_not_by_an_empty_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = Clip(
        asset="0" * 40, path="/a.mov", name="a.mov", media=None, moment=1.0, start=0.0, end=2.0, score=0.5
    )
    path = tmp_path / "cut.csv"
    with click.Context(command, obj=Unchecked()):
        _export([cut], path, Format.CSV, ReleaseRequest())
        assert capsys.readouterr().err == f"1 moment written to {path}\n"
        _export([cut, cut], path, Format.CSV, ReleaseRequest())
        assert capsys.readouterr().err == f"2 moments written to {path}, replacing an earlier file\n"
        _export([], path, Format.CSV, ReleaseRequest())
    assert "was not written" in capsys.readouterr().err
    assert len(path.read_text().splitlines()) == 3


def test_duplicates_are_shown_with_the_evidence_and_their_differences() -> None:
    first = Copy(
        asset="0" * 40, path="/a.mov", size=5000, width=640, height=360, codec="h264", start=2.1, end=7.0
    )
    second = Copy(asset="1" * 40, path="/b.wav", size=70, start=0.0, end=4.9)
    evidence = {"offset": 2.1, "similarity": 0.9996, "coverage": 1.0, "frames": 10, "kind": "part"}
    pair = NearDuplicate.model_validate({"first": first, "second": second, **evidence})
    assert _row(pair) == (
        "1.000", "10", "0:02.1-0:07.0\n0:00.0-0:04.9", "5,000\n70", "h264 640×360\n", "/a.mov\n/b.wav"
    )  # fmt: skip
    doubtful = pair.model_copy(
        update={"mirrored": True, "other_offsets": ((11.5, 12.3), (0.1, 0.1), (1.1, 4.1))}
    )
    common = (
        "0:02.1-0:07.0\n0:00.0-0:04.9\nor 9.4-10.2 s later\nor 2.0 s earlier\nor 1.0 s earlier to 2.0 s later"
    )
    assert _row(doubtful)[2:5] == (common, "5,000\n70", "h264 640×360\nmirrored")


@pytest.fixture
def dampipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., str]]:
    """Runs a command in this process, on an empty library; returns its output."""
    monkeypatch.setenv("DAMPIPE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DAMPIPE_MODEL", "tiny")
    bootstrap._containers.clear()

    def run(*arguments: str) -> str:
        with pytest.raises(SystemExit):
            main(list(arguments))
        output = capsys.readouterr()
        return output.out + output.err

    yield run
    bootstrap.process_container().get(Database).close()
    bootstrap._containers.clear()


def test_a_device_is_not_scanned(dampipe: Callable[..., str]) -> None:
    assert dampipe("enqueue", os.devnull) == f"dampipe: {os.devnull} is neither a folder nor a file\n"
    assert dampipe("source", "list") == "no sources yet: `dampipe source add NAME PATH`\n"


def test_doctor_reports_what_to_do_next(dampipe: Callable[..., str]) -> None:
    findings = {finding.pop("what"): finding for finding in json.loads(dampipe("doctor", "--json"))}
    assert all(set(finding) == {"verdict", "found", "hint"} for finding in findings.values())
    assert findings["workers"] == {
        "verdict": "warning",
        "found": "none is running",
        "hint": "`dampipe up` starts a whole deployment, `dampipe worker` one worker.",
    }
    assert findings["database"]["hint"] == ""
    assert "→ `dampipe up` starts it." in dampipe("doctor")


def test_source_add_reports_the_change(tmp_path: Path, dampipe: Callable[..., str]) -> None:
    add = ("source", "add")
    assert "source day 1 added; `dampipe sync 'day 1'`" in dampipe(*add, "day 1", str(tmp_path))
    assert "source day 1 changed" in dampipe(*add, "day 1", str(tmp_path), "--exclude", "*.wav")
    assert "source first is the new name of day 1" in dampipe(*add, "first", str(tmp_path))


def test_failed_verifications_are_not_offered_for_retry(
    dampipe: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def printed(*stages: str) -> str:
        failed = [Failure(asset=None, path="/a", stage=stage, kind="x", reason="y") for stage in stages]
        monkeypatch.setattr(ProcessingService, "failures", lambda self, actor, limit: failed)
        return dampipe("failures")

    assert "retry" in printed("hash") and "verify PATH" not in printed("hash")
    assert "retry" not in printed(VERIFY) and "verify PATH" in printed(VERIFY)
    assert "retry" in printed("hash", VERIFY) and "verify PATH" in printed("hash", VERIFY)


def test_a_manifest_that_was_written_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    say_written(Compared(folder="/card", same=6))
    assert capsys.readouterr().out == "/card: manifest of 6 files written\n"
    say_written(Compared(folder="/card", same=6, mismatch=("a.mov",)))
    said = capsys.readouterr()
    assert said.out == "/card: manifest of 7 files written, which does NOT match the earlier ones\n"
    assert said.err == "MISMATCH: /card/a.mov\n"


def test_a_table_without_column_names_has_no_header(capsys: pytest.CaptureFixture[str]) -> None:
    say(table(["", ""], [("asset", "c3805cf3")]))
    assert capsys.readouterr().out == "asset  c3805cf3\n"
    say(table(["tag", ""], [("best", "2")]))
    assert capsys.readouterr().out.splitlines()[0] == "tag"


def test_a_table_prints_markup_as_text_and_leaves_out_empty_columns(
    capsys: pytest.CaptureFixture[str],
) -> None:
    long = f"/mnt/{'n' * 400}.mov"
    say(table(["score", "also at", "file"], [("0.5", "", "/take [v2][/b] :smile:.mov"), ("", "", long)]))
    assert capsys.readouterr().out == f"score  file\n0.5    /take [v2][/b] :smile:.mov\n       {long}\n"


PLACE, REASON = "/mnt/archive 2019/day 1 (final)/A001_C001.mov", "it is damaged, and cannot be decoded " * 3


def shown(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *cells: str
) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    say(table(["since", "file", "reason"], [cells, cells], right=["since"]))
    return click.unstyle(capsys.readouterr().out).splitlines()


@pytest.mark.parametrize("width", [100, 120])
def test_a_wide_terminal_shows_a_table_that_breaks_no_path(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = shown(width, capsys, monkeypatch, "26 Nov 14:57", PLACE, REASON)
    assert lines[1].startswith(f"26 Nov 14:57  {PLACE}  it is")
    assert max(map(len, lines)) <= width
    text = " ".join(line[len("26 Nov 14:57") + len(PLACE) + 4 :] for line in lines[1:])
    assert text.split() == (REASON * 2).split()


@pytest.mark.parametrize("width", [20, 60, 80])
def test_a_terminal_too_narrow_for_a_table_shows_records(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = shown(width, capsys, monkeypatch, "26 Nov 14:57", PLACE, REASON)
    assert lines[:2] == ["since   26 Nov 14:57", f"file    {PLACE}"], "a path can be copied"
    assert lines[2].startswith("reason  it is")
    blank = lines.index("")
    assert lines[:blank] == lines[blank + 1 :]
    assert " ".join(line[8:] for line in lines[2:blank]).split() == REASON.split()
    if width >= 60:
        assert all(len(line) <= width for line in lines)


def test_records_leave_out_what_is_empty(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    say(table(["scan", "paths", "note"], [("1", f"{PLACE}\n/mnt/b", ""), ("2", PLACE, "two words")]))
    out = capsys.readouterr().out
    assert out == f"scan   1\npaths  {PLACE}\n       /mnt/b\n\nscan   2\npaths  {PLACE}\nnote   two words\n"


def test_watch_prints_each_status_once_into_a_pipe(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = [2, 1, 1]
    status = lambda *_: Status(assets=seen.pop(), locations=0, scans=(), stages={}, workers=())  # noqa: E731
    monkeypatch.setattr(StatusService, "status", status)
    with pytest.raises(IndexError):
        _append(StatusService.__new__(StatusService), 0.0)
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "asset" in line] == [
        "1 asset at 0 locations",
        "2 assets at 0 locations",
    ]


def test_the_doctor_of_a_narrow_terminal_breaks_lines_between_words(
    dampipe: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Finding("ffmpeg", Verdict.WARNING, f"{PLACE.replace(' ', '_')} is used, since {REASON.strip()}")
    monkeypatch.setattr("dampipe.cli.doctor.examine", lambda _: [found])
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    lines = click.unstyle(dampipe("doctor")).splitlines()
    assert lines[0].startswith(f"warning  ffmpeg        {found.found.split()[0]}")
    assert len(lines) == 4 and max(map(len, lines)) <= 80
    assert all(line[:23].isspace() and line[23] != " " for line in lines[1:])
    assert " ".join(" ".join(lines).split()) == f"warning ffmpeg {found.found}"


@pytest.mark.parametrize("kind", ["user", "token", "access"])
def test_an_empty_list_says_what_adds_to_it(kind: str, dampipe: Callable[..., str]) -> None:
    said = dampipe(kind, "list")
    assert f"`dampipe {kind} " in said and len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("counts", "description", "completed", "total"),
    [
        ({}, "scanning", 0, None),
        ({"active": 9}, "scanning: 0 of 9 searchable, 0 finished", 0, 18),
        (
            {"active": 178, "done": 3, "searchable": 43, "state": ScanState.WALKED},
            "43 of 181 searchable, 3 finished",
            46,
            362,
        ),
        (
            {"active": 1, "done": 3, "failed": 2, "searchable": 3, "state": ScanState.WALKED},
            "3 of 6 searchable, 5 finished",
            10,
            12,
        ),
        (
            {"done": 4, "failed": 2, "searchable": 4, "state": ScanState.WALKED},
            "4 of 6 searchable, 6 finished",
            12,
            12,
        ),
    ],
)
def test_the_bar_of_a_scan_moves_when_files_can_be_searched(
    counts: dict[str, Any], description: str, completed: int, total: int | None
) -> None:
    bar = Progress(disable=True)
    task = bar.add_task("scanning", total=None)
    progress = ScanProgress(**{"scan": 1, "state": ScanState.WALKING, "paths": ("/a",), **counts})
    _show(bar, task, progress)
    [shown] = bar.tasks
    assert (shown.description, shown.completed, shown.total) == (description, completed, total)
