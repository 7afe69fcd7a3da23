"""Comments as markers of timelines in all five formats, there and back: nothing is lost, and each frame is right."""

import csv
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dampipe.features.review import cli
from dampipe.features.review.drawing import Drawing
from dampipe.features.review.exchange import CommentExchange
from dampipe.features.review.markers import split_note
from dampipe.features.review.model import CommentEdit, CommentExport, CommentKind, CommentReport, Imported
from dampipe.kernel.access import LOCAL, Role
from dampipe.kernel.errors import Forbidden, InvalidInput, NotFound
from dampipe.media.info import MediaInfo
from dampipe.timeline import Format
from dampipe.timeline.marker import Reply
from dampipe.timeline.reading import read_timeline
from tests.integration.review.conftest import SOUND, STILL, A, B, Reviewing
from tests.support.searching import media, sha1

BOX = Drawing.model_validate({"shapes": [{"shape": "rect", "points": [[0, 0], [1, 1]]}]})


def clip(rate: str, timecode: str, start: str = "0") -> MediaInfo:
    whole = media(duration=60.0)
    assert whole.video is not None
    video = whole.video.model_copy(
        update={"rate": Fraction(rate), "average_rate": Fraction(rate), "start": float(Fraction(start))}
    )
    return whole.model_copy(update={"video": video, "timecode": timecode})


CLIPS = {
    "ntsc/film.mov": clip("24000/1001", "01:00:00:00"),
    "ntsc/drop.mov": clip("30000/1001", "00:59:58;00"),
    "ntsc/fast.mov": clip("60", "23:59:30:00"),
}


def exchange(here: Reviewing) -> CommentExchange:
    found: CommentExchange = here.service(CommentExchange)
    return found


def export(here: Reviewing, form: Format, *paths: str, actor: Any = LOCAL) -> bytes:
    request = CommentExport(assets=tuple(map(sha1, paths)), format=form)
    return exchange(here).export(actor, request).text.encode()


def read(here: Reviewing, data: bytes, form: Format, actor: Any = LOCAL, **more: Any) -> Imported:
    return exchange(here).read(actor, data, form, **more)


def write_some(here: Reviewing) -> dict[str, list[CommentReport]]:
    """Comments of all kinds on clips of all rates, by the path of the clip."""
    for path, info in CLIPS.items():
        here.searching.add(path, info=info)
    anna = here.user("anna")
    for path in (*CLIPS, A):
        first = here.add(path, "first frame", anna, start="0")
        here.add(path, "a point\nof two lines & <tags>", start="12.345", drawing=BOX)
        here.add(path, "a span", anna, start="20", end="25.5")
        here.add(path, "", kind=CommentKind.MARKER, name="slate", color="blue", start="7")
        here.add(
            path, "with a note", kind=CommentKind.MARKER, name="take 2", color="purple", start="8", end="9"
        )
        here.add(path, "the whole clip")
        here.review.reply(LOCAL, first.id, "yes: indeed")
        here.review.resolve(anna, first.id)
    here.add(STILL, "a still", drawing=BOX)
    here.add(SOUND, "a sound", start="3")
    return {path: here.of(path) for path in (*CLIPS, A, STILL, SOUND)}


@pytest.mark.parametrize("form", Format, ids=str)
def test_what_was_exported_comes_back_as_it_was(here: Reviewing, form: Format) -> None:
    before = write_some(here)
    data = export(here, form, *before)
    done = read(here, data, form)
    count = sum(map(len, before.values()))
    assert (done.created, done.replies, done.updated, done.unchanged) == (0, 0, 0, count), done
    assert done.skipped == ()
    assert {path: here.of(path) for path in before} == before


@pytest.mark.parametrize("form", Format, ids=str)
def test_another_library_gets_everything_at_the_same_frames(
    lite: Reviewing, tmp_path: Path, form: Format
) -> None:
    """The same footage elsewhere, with other numbers of comments."""
    before = write_some(lite)
    data = export(lite, form, *before)
    other = Reviewing(f"sqlite:///{tmp_path / 'other' / 'c.sqlite'}", tmp_path / "other")
    try:
        for path, info in CLIPS.items():
            other.searching.add(path, info=info)
        for n in range(40):  # its comments have the numbers of the first library
            other.add(B, f"another {n}")
        done = read(other, data, form)
        assert done.skipped == () and done.updated == 0 and done.unchanged == 0
        assert done.created == sum(map(len, before.values())) and done.replies == 4
        for path, comments in before.items():
            assert sorted(map(said, other.of(path))) == sorted(map(said, comments)), path
        again = read(other, data, form)
        assert (again.created, again.replies, again.unchanged) == (0, 0, done.created)
        undone = other.undo()
        assert undone.left == 0 and other.of(A) == []
    finally:
        other.close()


def said(one: CommentReport) -> tuple[Any, ...]:
    """What a comment says and where, by frames; one about a whole clip comes back at its first frame."""
    frames = [None if time is None else (time.frame, time.timecode) for time in (one.start, one.end)]
    is_at_start = one.start is None or one.start.seconds == 0
    replies = [(reply.text, reply.author_name.removesuffix(" (imported)")) for reply in one.replies]
    where = "start" if is_at_start else repr(frames)
    who = one.author_name.removesuffix(" (imported)")
    return str(one.kind), one.name, one.color, one.text, where, who, one.resolved_at is not None, replies


def test_where_comments_are_in_the_current_version(here: Reviewing) -> None:
    here.add(text="kept", start="4")
    here.add(text="gone", start="14")
    here.stack(A, B)
    here.align(A, B, (0, 300, 50), (400, 700, 350))
    request = CommentExport(assets=(sha1(A),), format=Format.OTIO)
    rendered = exchange(here).export(LOCAL, request)
    assert "1 of its comments are not in this version" in rendered.warnings[0]
    [one] = read_timeline(rendered.text.encode(), Format.OTIO)
    [marker] = one.markers
    assert (one.sha1, marker.timecode, marker.note) == (sha1(B), "00:00:06:00", "kept")
    done = read(here, rendered.text.encode(), Format.OTIO)
    assert (done.created, done.unchanged) == (0, 1)
    asset = here.asset(A)
    assert [one.start for one in exchange(here).markers_of(LOCAL, [asset])[sha1(B)]] == [Fraction(6)]


def edited(data: bytes, old: str, new: str) -> bytes:
    """A timeline in which an editor has changed the note of a marker, but not what programs do not show."""
    found = json.loads(data)

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if str(node.get("OTIO_SCHEMA", "")).startswith("Marker") and old in node.get("comment", ""):
                node["comment"] = node["comment"].replace(old, new)
            for one in node.values():
                walk(one)
        elif isinstance(node, list):
            for one in node:
                walk(one)

    walk(found)
    return json.dumps(found).encode()


def test_what_an_editor_changed_is_taken(here: Reviewing) -> None:
    anna = here.user("anna")
    mine, hers = here.add(text="dark", start="1"), here.add(text="loud", actor=anna, start="2")
    here.review.reply(anna, mine.id, "how much?")
    data = export(here, Format.OTIO, A)
    changed = edited(data, "local: dark", "local: very dark")
    dry = read(here, changed, Format.OTIO, dry_run=True)
    assert (dry.updated, dry.unchanged, dry.dry_run) == (1, 1, True)
    assert here.review.show(LOCAL, mine.id).text == "dark"
    assert read(here, changed, Format.OTIO).updated == 1
    now = here.review.show(LOCAL, mine.id)
    assert (now.text, len(now.replies), now.version) == ("very dark", 1, 2)
    assert here.undo().restored >= 1 and here.review.show(LOCAL, mine.id).text == "dark"

    answered = edited(data, "anna: how much?", "anna: how much?\nBert: two stops")
    done = read(here, answered, Format.OTIO)
    assert (done.replies, done.updated, done.created) == (1, 0, 0)
    assert [one.author_name for one in here.review.show(LOCAL, mine.id).replies] == [
        "anna",
        "Bert (imported)",
    ]
    assert read(here, answered, Format.OTIO).replies == 0, "they are known by now"

    foreign = read(here, edited(data, "anna: loud", "anna: too loud"), Format.OTIO)
    assert [one.reason for one in foreign.skipped] == [f"comment {hers.id} is one of anna"]
    assert here.review.show(LOCAL, hers.id).text == "loud"
    here.review.edit(LOCAL, mine.id, CommentEdit(text="changed here"))
    both = read(here, changed, Format.OTIO)
    assert [one.reason for one in both.skipped] == [f"comment {mine.id} was changed in the library as well"]
    assert read(here, data, Format.OTIO).updated == 0, "an old export takes nothing back"


def test_markers_of_an_editing_program(here: Reviewing, tmp_path: Path) -> None:
    """An EDL as Resolve and Avid write it, without any record of dampipe."""
    edl = (
        "TITLE: cut\nFCM: NON-DROP FRAME\n\n"
        "001  AX       V     C        00:00:02:00 00:00:08:00 01:00:00:00 01:00:06:00\n"
        "* FROM CLIP NAME: a.mp4\n"
        "* LOC: 00:00:03:10 RED     check focus\n"
    )
    done = read(here, edl.encode(), Format.EDL)
    assert (done.created, done.skipped) == (1, ())
    [one] = here.of(A)
    assert one.start and (one.kind, one.name, one.color) == (CommentKind.MARKER, "check focus", "red")
    assert (one.start.frame, one.author_name, one.end) == (85, "local", None)
    assert read(here, edl.encode(), Format.EDL).unchanged == 1
    unknown = read(here, edl.replace("a.mp4", "x.mp4").encode(), Format.EDL)
    assert [(found.clip, found.markers) for found in unknown.skipped] == [("x.mp4", 1)]


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(data.decode().splitlines()))


def with_record(data: bytes, **changes: Any) -> bytes:
    """A table whose only marker says something else."""
    [row] = rows_of(data)
    [record] = json.loads(row["markers"])
    row["markers"] = json.dumps([{**record, **changes}])
    lines = [",".join(row), ",".join('"' + cell.replace('"', '""') + '"' for cell in row.values())]
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    "changes",
    [
        {"note": "x\0y"},
        {"note": "\ud800"},
        {"note": ["x"]},
        {"name": "n\0", "note": "x"},
        {"author": "a\0", "note": "x"},
        {"start": "9999999/1"},
        {"start": "-1"},
        {"start": "1/0"},
        {"replies": [{"text": "\0"}]},
        {"at": "yesterday"},
        {"color": "<script>"},
        {"key": "comment/1/ffffffff\n"},
        {"key": "comment/" + "9" * 100 + "/00000000"},
    ],
    ids=str,
)
def test_records_of_strangers_do_no_harm(lite: Reviewing, changes: dict[str, Any]) -> None:
    """A file may say anything; what is imported is checked like what is typed, and the rest is listed."""
    one = lite.add(text="real", start="1")
    data = with_record(
        export(lite, Format.CSV, A), **{"note": "from elsewhere", "key": "", "name": "", **changes}
    )
    done = read(lite, data, Format.CSV)
    assert done.updated == 0 and lite.review.show(LOCAL, one.id).text == "real"
    for found in lite.of():
        assert found.color in ("", "green", "red") and "\0" not in found.text + found.name + found.author_name
        assert found.start is None or 0 <= found.start.seconds <= 30


def test_nobody_speaks_for_others_by_a_file(here: Reviewing) -> None:
    anna = here.user("anna")
    one = here.add(text="real", start="1")
    data = with_record(export(here, Format.CSV, A), note="I approve", author="local", key="", name="")
    read(here, data, Format.CSV, anna)
    found = next(other for other in here.of() if other.id != one.id)
    assert (found.author, found.author_name) == ("user:anna", "local (imported)")
    later = with_record(data, at="2999-01-01T00:00:00Z", note="from the future")
    future = read(here, later, Format.CSV, anna)
    assert future.created == 1
    newest = max(here.of(), key=lambda other: other.id)
    assert newest.created_at.year < 2900


def test_rights(here: Reviewing) -> None:
    here.add(text="secret", start="1")
    nora, vera = here.user("nora", Role.COMMENTER, "night"), here.user("vera", Role.VIEWER)
    data = export(here, Format.OTIO, A)
    assert read(here, data, Format.OTIO, nora).created == 0
    with pytest.raises(NotFound):
        export(here, Format.OTIO, A, actor=nora)
    with pytest.raises(Forbidden):
        read(here, data, Format.OTIO, vera)
    assert b"secret" in export(here, Format.OTIO, A, actor=vera)
    with pytest.raises(InvalidInput):
        exchange(here).export(LOCAL, CommentExport(assets=(), format=Format.CSV))


def test_on_the_command_line(lite: Reviewing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "service", lite.service)
    lite.add(text="dark", start="1")
    for suffix in Format:
        file = tmp_path / f"comments.{suffix}"
        done = CliRunner().invoke(cli.command, ["export", "a.mp4", "--to", str(file)], catch_exceptions=False)
        assert (done.exit_code, done.output) == (0, f"1 clip written to {file}\n")
        done = CliRunner().invoke(cli.command, ["import", str(file)], catch_exceptions=False)
        assert done.output == "0 new comments, 0 new replies, 0 changed, 1 as they were\n"
    unknown = tmp_path / "unknown.csv"
    unknown.write_text(file.read_text().replace(sha1(A), "0" * 40).replace("a.mp4", "zzz.mp4"))
    done = CliRunner().invoke(cli.command, ["import", "--dry-run", str(unknown)], catch_exceptions=False)
    assert done.exit_code == 3 and "left out: 1 marker of zzz.mp4" in done.output


def test_notes_that_were_changed() -> None:
    replies = [("anna", "how much?"), ("bert", "two: stops")]
    whole = "local: dark\nanna: how much?\nbert: two: stops"
    for note, expected in {
        whole: ("dark", []),
        "local: very\ndark\nanna: how much?\nbert: two: stops": ("very\ndark", []),
        whole + "\ncarl: three": ("dark", [Reply(author="carl", text="three")]),
        whole + "\n\nno name": ("dark", [Reply(text="no name")]),
        "local: dark\nbert: two: stops": ("dark", []),
        "something else": ("something else", []),
        "": ("", []),
    }.items():
        assert split_note(note, "local", "dark", replies) == expected, note
    assert split_note("local: dark\nanna: new", "local", "dark", []) == (
        "dark",
        [Reply(author="anna", text="new")],
    )
