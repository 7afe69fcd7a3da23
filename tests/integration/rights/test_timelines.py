"""Timelines are matched with a library, and checked, by the service and on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

import dampipe
from dampipe.cli import main
from dampipe.features.assets.selected import Selected
from dampipe.features.rights.model import NewLicence
from dampipe.features.rights.reports import UseQuestion
from dampipe.features.rights.service import RightsService
from dampipe.features.timelines.model import TimelineMatch
from dampipe.features.timelines.service import TimelineService
from dampipe.kernel.access import LOCAL
from dampipe.media.info import MediaInfo
from dampipe.timeline import Format, render
from dampipe.timeline.clip import Clip
from tests.integration.rights.conftest import Licensed
from tests.support.searching import media

TABLE = "path,name,reel,timecode in,timecode out,rate\n"


def coded(timecode: str | None, duration: float = 30.0) -> MediaInfo:
    return media(duration=duration).model_copy(update={"timecode": timecode})


def match(here: Licensed, *lines: str) -> TimelineMatch:
    data = (TABLE + "".join(f"{line}\n" for line in lines)).encode("utf-8", "surrogateescape")
    return here.library.services.get(TimelineService).match(LOCAL, data, Format.CSV)


def found(report: TimelineMatch) -> list[tuple[str, str, list[str]]]:
    return [(one.state.value, str(one.how), [asset.asset for asset in one.assets]) for one in report.clips]


def test_each_way_of_finding_an_asset(here: Licensed) -> None:
    root = here.library.root
    d = here.library.add("card/A7/CLIP/C0001.MP4", info=coded("10:00:00:00"))
    e = here.library.add("card/B07/CLIP/C0001.MP4", info=coded("12:00:00:00"))
    f = here.library.add("roll/R_009.mxf", info=coded("01:00:00:00"))
    umlaut = here.library.add("day2/Scho\u0308n.mov")
    report = match(
        here,
        f"{root}/day1/A001_C001.mov,,,,,",
        f"file://localhost{root}/day1/../day1/A001_C002.mov,,,,,",
        f"{root}/day2/Sch\xf6n.mov,,,,,",
        "/Volumes/nas/day1/A001_C001.mov,,,,,",
        "C:\\work\\Day1\\a001_c001.MOV,,,,,",
        ",C0001.MP4,,10:00:05:00,10:00:06:00,25",
        ",C0001.MP4,,12:00:29:00,12:00:30:00,25",
        ",C0001.MP4,,,,",
        ",,R_009,01:00:01:00,01:00:02:00,25",
        ",,B07,12:00:01:00,12:00:02:00,25",
        ",,R_009,05:00:01:00,05:00:02:00,25",
        ",b.mov,,,,",
        ",b,,,,",
        "/proxies/b.mp4,,,,,",
        ",R_009.mxf,,07:00:00:00,07:00:01:00,25",
        ",nothing.mov,,,,",
    )
    assert found(report) == [
        ("matched", "path", [here.a]),
        ("matched", "path", [here.b]),
        ("matched", "path", [umlaut]),
        ("matched", "path_end", [here.a]),
        ("matched", "path_end", [here.a]),
        ("matched", "name_and_timecode", [d]),
        ("matched", "name_and_timecode", [e]),
        ("ambiguous", "name", sorted([d, e], key=[d, e].index)),
        ("matched", "reel", [f]),
        ("matched", "reel", [e]),
        ("unmatched", "None", []),
        ("matched", "name", [here.c]),
        ("matched", "name", [here.c]),
        ("matched", "stem", [here.c]),
        ("matched", "name_against_timecode", [f]),
        ("unmatched", "None", []),
    ]
    assert (report.matched, report.ambiguous, report.unmatched) == (13, 1, 2)


@pytest.mark.parametrize("form", list(Format))
def test_what_dampipe_exported_is_found_by_its_content(here: Licensed, form: Format) -> None:
    """Also after the files were moved and renamed."""
    clips = [
        Clip(
            asset=sha1,
            path=f"/gone/{number}.mov",
            name=f"{number}.mov",
            media=media(),
            moment=1,
            start=1,
            end=2,
            score=1,
        )
        for number, sha1 in enumerate((here.a, here.b, here.a))
    ]
    data = render(clips, form, "cut").text.encode()
    report = here.library.services.get(TimelineService).match(LOCAL, data, form)
    assert {(one.how, one.sure) for one in report.clips} == {("content", "certain")}
    assert [one.assets[0].asset for one in report.clips] == [here.a, here.b, here.a]
    assert report.assets == 2 and report.clips[0].assets[0].path.endswith("A001_C001.mov")


def test_paths_of_other_machines_are_known_by_path_maps(here: Licensed) -> None:
    from dampipe.features.sources.tables import PATH_MAP, SOURCE

    with here.library.catalog.database.write() as connection:
        source = connection.execute(SOURCE.select()).first()
        assert source is not None
        connection.execute(
            PATH_MAP.insert().values(source_id=source.id, machine="edit-1", root="/Volumes/nas")
        )
    [clip] = match(here, "/Volumes/nas/day1/A001_C002.mov,,,,,").clips
    assert (clip.how, clip.assets[0].asset) == ("path", here.b)


def test_a_timeline_is_checked_clip_by_clip(here: Licensed) -> None:
    here.policy(zone="Europe/Berlin")
    here.licence(
        "online", here.a, territories=("DE",), media=("online",), expires="2026-12-31", zone="Europe/Berlin"
    )
    twin = here.library.add("elsewhere/b.mov")
    here.licence("never", twin, expires="2000-01-01")
    lines = ["/x/day1/A001_C001.mov,,,,,", "/x/day1/A001_C002.mov,,,,,", ",b.mov,,,,", ",nothing.mov,,,,"]
    data = (TABLE + "\n".join(lines)).encode()

    def verdicts(**use: Any) -> list[str]:
        report = here.timelines.check(LOCAL, data, Format.CSV, UseQuestion(**use))
        counted = (report.refused, report.warned, report.unknown, report.allowed)
        assert sum(counted) == len(report.clips)
        return [str(one.verdict) for one in report.clips]

    assert verdicts(territory="DE", medium="social", on="2026-12-31") == [
        "allowed",
        "allowed",
        "refused",
        "unknown",
    ]
    assert verdicts(territory="DE", medium="social", on="2027-01-01")[0] == "refused"
    assert verdicts(territory="AT", medium="social", on="2026-12-31")[0] == "refused"
    assert verdicts(on="2026-12-31")[0] == "warned", "territory and medium were not said"
    here.rights.edit(LOCAL, "never", {"expires": "2090-01-01"})
    assert verdicts(territory="DE", medium="web", on="2026-12-31")[2] == "warned", (
        "one of two, and both may be used"
    )


def test_a_thousand_clips_take_few_statements(here: Licensed) -> None:
    from sqlalchemy import event

    statements: list[str] = []
    engine = here.library.catalog.database.engine
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    report = match(
        here, *(f"/nowhere/{number}.mov,x{number}.mov,R{number},01:00:00:00,,25" for number in range(1000))
    )
    assert report.unmatched == 1000
    assert len(statements) < 60


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder of a library with one asset, whose licence ends in 2026."""
    home = tmp_path / "home"
    monkeypatch.setenv("DAMPIPE_HOME", str(home))
    clip = tmp_path / "footage" / "A001_C001.mov"
    clip.parent.mkdir()
    clip.write_bytes(b"clip")
    with dampipe.open(home=home, model="tiny", in_process=True, settle=0.0) as library:
        library.add_video(clip, "ab" * 20)
        rights = library.service(RightsService)
        rights.add(LOCAL, NewLicence(name="l", expires="2026-12-31", zone="UTC", territories=("DE",)))
        rights.attach(LOCAL, "l", Selected(assets=("ab" * 20,)))
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as done:
        main(list(words))
    return int(done.value.code or 0), capsys.readouterr().out


def test_the_commands_and_their_exit_codes(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    from dampipe.app import container

    monkeypatch.setattr(container, "_containers", {})
    cut = home / "cut.edl"
    event = "00{0}  AX V C 00:00:01:00 00:00:02:00 00:00:00:00 00:00:01:00\n* FROM CLIP NAME: {1}\n"
    cut.write_text(event.format(1, "A001_C001.mov"))
    assert run(capsys, "timeline", "match", str(cut))[0] == 0
    code, text = run(capsys, "rights", "check", str(cut), "--territory", "DE", "--on", "2026-12-31")
    assert (code, text.splitlines()[-1]) == (
        0,
        "1 clip: 0 allowed, 1 with a warning, 0 refused, 0 not in the library",
    )
    code, text = run(capsys, "rights", "check", str(cut), "--territory", "DE", "--on", "2027-01-02")
    assert code == 15 and "A001_C001.mov" in text and "until 2026-12-31 (UTC) only" in text
    code, text = run(capsys, "rights", "check", str(cut), "--territory", "FR", "--on", "2026-01-01", "--json")
    assert (code, json.loads(text)["refused"]) == (15, 1)
    cut.write_text(event.format(1, "A001_C001.mov") + event.format(2, "nothing.mov"))
    assert run(capsys, "timeline", "match", str(cut))[0] == 7
    asked = ("rights", "check", str(cut), "--territory", "DE", "--on", "2026-01-01")
    assert [run(capsys, *asked)[0], run(capsys, *asked, "--allow-unknown")[0]] == [7, 0]
    assert run(capsys, "rights", "explain", "abababab", "--territory", "FR")[0] == 15
    assert run(capsys, "rights", "explain", "abababab", "--territory", "DE", "--on", "2026-01-01")[0] == 0
    code, text = run(
        capsys, "rights", "licence", "add", "m", "--subject", "music", "--medium", "online", "--document",
        "Contract=file 7", "--release", "model:unlimited:MR-1", "--expires", "2090-01-01", "--zone", "UTC", "--json",
    )  # fmt: skip
    assert (code, json.loads(text)["documents"]) == (0, [{"title": "Contract", "reference": "file 7"}])
    assert run(capsys, "rights", "licence", "attach", "m", "abababab") == (0, "1 asset got the licence m\n")
    code, text = run(
        capsys, "rights", "licence", "edit", "m", "--clear", "media", "--clear", "documents", "--json"
    )
    assert (json.loads(text)["media"], json.loads(text)["documents"]) == ([], [])
    assert "music" in run(capsys, "rights", "licence", "show", "m")[1]
    assert run(capsys, "rights", "licence", "list")[1].splitlines()[1].split()[0] == "l"
    policy = home / "policy.toml"
    policy.write_text(run(capsys, "rights", "policy", "show")[1])
    assert run(capsys, "rights", "policy", "apply", str(policy))[0] == 0
    policy.write_text('unlicensed = "ask"\n[territories]\nDACH = ["DE", "AT", "CH"]\n')
    assert run(capsys, "rights", "policy", "apply", str(policy))[0] == 0
    assert 'DACH" = ["DE", "AT", "CH"]' in run(capsys, "rights", "policy", "show")[1]
    policy.write_text("nothing = 1\n")
    assert run(capsys, "rights", "policy", "apply", str(policy))[0] == 2
    assert run(capsys, "rights", "licence", "remove", "m", "--yes")[0] == 0
    assert run(capsys, "rights", "licence", "show", "m")[0] == 7
