"""Subclips are created, edited, listed, searched, deleted and restored, over both databases."""

from typing import Any

import pytest
from sqlalchemy import delete, func, select

from dampipe.features.alignment.model import Fate
from dampipe.features.assets.service import AssetService
from dampipe.features.assets.tables import VERSION
from dampipe.features.subclips.annotations import with_subclips
from dampipe.features.subclips.export import SubclipExporter
from dampipe.features.subclips.model import NewSubclip, SubclipEdit, SubclipQuery, SubclipReport
from dampipe.features.subclips.service import SubclipService
from dampipe.features.subclips.tables import SUBCLIP, SUBCLIP_VALUE
from dampipe.features.undo.service import UndoService
from dampipe.features.versions.model import Metadata, SplitRequest, StackRequest
from dampipe.features.versions.service import VersionService
from dampipe.features.vocabularies.service import VocabularyService
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.errors import Conflict, DampipeError, Forbidden, InvalidInput, NotFound
from dampipe.kernel.events.tables import EVENT
from dampipe.timeline import Format
from tests.support.searching import Searching, sha1

A, B, C = "a.mp4", "b.mp4", "c.mp4"


def new(
    asset: str = A, start: str = "01:00:01:00", last: str | None = "01:00:01:24", **given: Any
) -> NewSubclip:
    return NewSubclip(asset=asset, start=start, last=last, name=given.pop("name", "Wide"), **given)


def ids(found: tuple[SubclipReport, ...]) -> list[int]:
    return [one.id for one in found]


def events(library: Searching) -> list[str]:
    with library.catalog.database.read() as connection:
        query = select(EVENT.c.name).where(EVENT.c.name.like("subclip.%")).order_by(EVENT.c.at, EVENT.c.id)
        return list(connection.execute(query).scalars())


def test_a_span_is_frames_and_its_end_is_not_part_of_it(subclips: SubclipService) -> None:
    made = subclips.create(LOCAL, new(note="of the harbour", fields={"rating": 4, "tags": ("sea", "boat")}))
    assert (made.start.frame, made.last.frame, made.end.frame) == (25, 49, 50)
    assert (made.start.timecode, made.last.timecode, made.end.timecode) == (
        "01:00:01:00",
        "01:00:01:24",
        "01:00:02:00",
    )
    assert (made.duration, made.start.ticks, made.start.base) == (1.0, 25, "1/25")
    assert made.fields == {"rating": 4, "tags": ("sea", "boat")}
    assert (made.carried.fate, made.carried.text, made.version) == (Fate.CARRIED, "", 1)
    assert (made.asset, made.anchored_at, made.asset_name) == (sha1("day/a.mp4"), sha1("day/a.mp4"), A)
    same = subclips.create(LOCAL, NewSubclip(asset=A, start="1", end="2", name="in seconds"))
    assert (same.start, same.end) == (made.start, made.end)
    whole = subclips.create(LOCAL, NewSubclip(asset=A, start="0", end="01:00:30:00", name="all"))
    assert (whole.end.frame, whole.end.timecode, whole.last.frame) == (750, "01:00:30:00", 749)
    one = subclips.create(LOCAL, NewSubclip(asset=A, start="01:00:00:10", name="one frame"))
    assert (one.start.frame, one.last.frame, one.end.frame) == (10, 10, 11)


def test_sound_has_subclips_and_a_still_has_none(subclips: SubclipService) -> None:
    made = subclips.create(LOCAL, NewSubclip(asset="sound.wav", start="1.5", end="2.5", name="bell"))
    assert (made.start.ticks, made.start.base, made.start.timecode) == (72000, "1/48000", None)
    with pytest.raises(InvalidInput) as caught:
        subclips.create(LOCAL, NewSubclip(asset="still.jpg", start="0", name="x"))
    assert caught.value.code == "subclip.still"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"start": "01:00:31:00"}, "time.no_such_timecode"),
        ({"start": "40"}, "time.outside"),
        ({"start": "x"}, "anchored_time.invalid"),
        ({"start": "5", "last": None, "end": "5"}, "time.empty_span"),
        ({"start": "5", "last": None, "end": "4"}, "time.empty_span"),
        ({"end": "3"}, "subclip.end_twice"),
        ({"name": "  "}, "subclip.name_invalid"),
        ({"name": "two\nlines"}, "subclip.name_invalid"),
        ({"name": "x" * 301}, "subclip.name_invalid"),
        ({"note": "\x00"}, "subclip.note_invalid"),
        ({"fields": {"rating": 6}}, "metadata.value_invalid"),
        ({"fields": {"rating": (1, 2)}}, "metadata.not_multiple"),
        ({"fields": {"nothing": 1}}, "field.not_found"),
        ({"fields": {"codec": "h264"}}, "metadata.read_only"),
        ({"asset": "z.mp4"}, "asset.name_not_found"),
    ],
)
def test_what_is_not_valid_is_refused_and_leaves_nothing(
    library: Searching, subclips: SubclipService, given: dict[str, Any], code: str
) -> None:
    with pytest.raises(DampipeError) as caught:
        subclips.create_many(LOCAL, [new(), new(**given)])
    assert caught.value.code == code
    assert subclips.page(LOCAL, SubclipQuery()).subclips == () and events(library) == []


def test_an_edit_changes_what_it_names_and_says_who_was_faster(
    library: Searching, subclips: SubclipService
) -> None:
    made = subclips.create(LOCAL, new(fields={"rating": 4}))
    first = subclips.edit(LOCAL, made.id, SubclipEdit(name="Tight", fields={"rating": 2}, if_version=1))
    assert (first.name, first.fields, first.version, first.start) == ("Tight", {"rating": 2}, 2, made.start)
    for edit, field, yours, theirs in (
        (SubclipEdit(name="Late", if_version=1), "name", "Late", "Tight"),
        (SubclipEdit(fields={"rating": 5}, if_version=1), "rating", [5], [2]),
        (SubclipEdit(start="0", if_version=1), "start", "0@1/25", "25@1/25"),
    ):
        with pytest.raises(Conflict) as caught:
            subclips.edit(LOCAL, made.id, edit)
        shown = caught.value.parameters
        assert (shown["field"], shown["yours"], shown["theirs"], shown["version"]) == (
            field,
            yours,
            theirs,
            2,
        )
    assert subclips.edit(LOCAL, made.id, SubclipEdit(name="Tight", if_version=1)).version == 2, "no change"
    moved = subclips.edit(LOCAL, made.id, SubclipEdit(start="01:00:01:10"))
    assert (moved.start.frame, moved.end.frame, moved.version) == (35, 50, 3)
    emptied = subclips.edit(LOCAL, made.id, SubclipEdit(fields={"rating": None}))
    assert emptied.fields == {}
    assert events(library) == ["subclip.created", *["subclip.changed"] * 3]
    with pytest.raises(Conflict):
        subclips.delete(LOCAL, [made.id], if_version=1)
    assert subclips.delete(LOCAL, [made.id], if_version=4).deleted == 1
    for number in (made.id, 10_000):
        with pytest.raises(NotFound):
            subclips.get(LOCAL, number)
        with pytest.raises(NotFound):
            subclips.delete(LOCAL, [number])


def test_lists_have_pages_and_filters(subclips: SubclipService) -> None:
    news = [new(A if n % 2 else B, f"01:00:{n:02}:00", f"01:00:{n:02}:10", name=f"n{n:02}",
                fields={"rating": n % 5, "tags": ("Sea",) if n % 3 == 0 else ()}) for n in range(20)]  # fmt: skip
    made = [one.id for one in subclips.create_many(LOCAL, news)]

    def listed(limit: int = 7, **given: Any) -> list[int]:
        found: list[int] = []
        after = None
        while True:
            page = subclips.page(LOCAL, SubclipQuery(**given), limit, after)
            assert len(page.subclips) <= limit
            found += ids(page.subclips)
            after = page.after
            if after is None:
                return found

    assert listed() == made[::-1]
    assert listed(asset=A) == made[1::2] and listed(asset=B, limit=1) == made[0::2]
    assert listed(text="N1") == made[:9:-1]
    assert listed(where=("rating>=3",)) == [made[n] for n in range(19, -1, -1) if n % 5 >= 3]
    assert listed(where=("rating>=3", "tags=sea")) == [made[n] for n in (18, 9, 3)]
    assert listed(where=("tags!=sea",)) == [made[n] for n in range(19, -1, -1) if n % 3]
    assert listed(where=("tags",), asset=A) == [made[n] for n in range(20) if n % 3 == 0 and n % 2]
    assert listed(filters={"folder": ("night",)}) == [] and len(listed(filters={"folder": ("day",)})) == 20
    assert listed(ids=(made[3], made[5])) == [made[5], made[3]]
    for wrong in ("x", "1:2:3", "1e999999999999999999:4x"):
        with pytest.raises(InvalidInput):
            subclips.page(LOCAL, SubclipQuery(), 7, wrong)
    found = subclips.of_assets(LOCAL, [subclips_asset(subclips, A)])
    assert ids(tuple(next(iter(found.values())))) == made[1::2]


def subclips_asset(subclips: SubclipService, name: str) -> int:
    return subclips._placed._service.asset_id(LOCAL, name)


def test_each_edit_is_undone_exactly(library: Searching, subclips: SubclipService, undo: UndoService) -> None:
    def rows() -> list[Any]:
        with library.catalog.database.read() as connection:
            kept = [c for c in SUBCLIP.c if c.name not in ("version", "changed_at", "changed_by")]
            return [
                connection.execute(select(*kept).order_by(SUBCLIP.c.id)).all(),
                connection.execute(select(SUBCLIP_VALUE).order_by(SUBCLIP_VALUE.c.id)).all(),
            ]

    states = [rows()]
    made = subclips.create(LOCAL, new(fields={"rating": 4, "tags": ("a", "b")}))
    states.append(rows())
    subclips.edit(LOCAL, made.id, SubclipEdit(name="Tight", fields={"tags": ("b", "c"), "title": "T"}))
    states.append(rows())
    subclips.create_many(LOCAL, [new(B), new(C)])
    states.append(rows())
    subclips.delete(LOCAL, [made.id])
    for state in reversed(states):
        assert undo.undo(LOCAL).left == 0
        assert rows() == state
    assert subclips.page(LOCAL, SubclipQuery()).subclips == ()


def test_an_undo_keeps_what_was_changed_since(subclips: SubclipService, undo: UndoService) -> None:
    made = subclips.create(LOCAL, new())
    first = undo.edits(LOCAL)[0].id
    subclips.edit(LOCAL, made.id, SubclipEdit(fields={"rating": 3}))
    done = undo.undo(LOCAL, first)
    assert (done.restored, done.left) == (0, 1), "its rating would be lost"
    assert subclips.get(LOCAL, made.id).fields == {"rating": 3}
    subclips.edit(LOCAL, made.id, SubclipEdit(name="Other"))
    version = subclips.get(LOCAL, made.id).version
    undo.undo(LOCAL)
    again = subclips.get(LOCAL, made.id)
    assert (again.name, again.version > version) == ("Wide", True), "an editor of the older state is refused"


def test_words_of_a_subclip_find_its_span(library: Searching, subclips: SubclipService) -> None:
    assert library.names("harbour", only="words") == []
    made = subclips.create(
        LOCAL,
        new(start="10", last=None, end="12", name="Harbour at dawn", note="gulls", fields={"title": "Pier"}),
    )
    subclips.create(LOCAL, new(start="20", last=None, end="21", name="Anna"))
    for words in ("harbour", "harb dawn", "GULLS", "pier"):
        (hit,) = library.find(words, only="words").hits
        (moment,) = hit.moments
        assert (hit.name, moment.start, moment.end, moment.subclip) == (A, 10.0, 12.0, made.id), words
        assert moment.label == "Harbour at dawn"
    both = library.find("anna harbour", only="words").hits[0]
    assert [one.time for one in both.moments] == [10.0, 20.0]
    assert library.find("a", only="names").hits[0].moments == ()
    pictures = library.find("harbour red").hits[0]
    assert pictures.moments[0].subclip == made.id and pictures.score is not None
    subclips.edit(LOCAL, made.id, SubclipEdit(name="Market", note="", fields={"title": None}))
    assert library.names("harbour", only="words") == [] and library.names("market", only="words") == [A]
    subclips.delete(LOCAL, [made.id])
    assert library.names("market", only="words") == []
    assert library.names(subclip=("ann",)) == [A] and library.names(subclip=("*",)) == [A]


def test_terms_are_renamed_and_merged_with_the_subclips_that_have_them(
    library: Searching, subclips: SubclipService
) -> None:
    one = subclips.create(LOCAL, new(fields={"tags": ("sea",)}))
    both = subclips.create(LOCAL, new(B, fields={"tags": ("sea", "ocean")}))
    terms = library.services.get(VocabularyService)
    assert sorted(library.names("sea", only="words")) == [A, B]
    terms.merge(LOCAL, "tags", "sea", "ocean")
    assert subclips.get(LOCAL, one.id).fields == {"tags": ("ocean",)}
    assert subclips.get(LOCAL, both.id).fields == {"tags": ("ocean",)}, "once"
    assert sorted(library.names("ocean", only="words")) == [A, B]
    terms.rename(LOCAL, "tags", "ocean", "Atlantic")
    assert sorted(library.names("atlantic", only="words")) == [A, B]
    assert ids(subclips.page(LOCAL, SubclipQuery(where=("tags=Atlantic",))).subclips) == [both.id, one.id]


def test_subclips_follow_their_version(library: Searching, subclips: SubclipService) -> None:
    versions, assets = library.services.get(VersionService), library.services.get(AssetService)
    on_a, on_b = subclips.create(LOCAL, new(A)), subclips.create(LOCAL, new(B, name="Sunset"))
    versions.stack(LOCAL, StackRequest(asset=A, others=(B,)))
    of_a = subclips.page(LOCAL, SubclipQuery(asset=A)).subclips
    assert ids(of_a) == [on_a.id, on_b.id] and len({one.asset for one in of_a}) == 1
    fates = {one.anchored_at == one.asset: one.carried.text for one in of_a}
    assert fates == {True: "", False: "pending"}
    assert library.names("sunset", only="words") != []
    versions.undo(LOCAL, A)
    assert subclips.get(LOCAL, on_b.id).asset == sha1("day/b.mp4")
    assert ids(subclips.page(LOCAL, SubclipQuery(asset=A)).subclips) == [on_a.id]
    versions.stack(LOCAL, StackRequest(asset=A, others=(B,)))
    versions.split(LOCAL, SplitRequest(version=sha1("day/b.mp4"), metadata=Metadata.BOTH))
    assert subclips.get(LOCAL, on_b.id).asset == sha1("day/b.mp4")
    assert subclips.get(LOCAL, on_a.id).asset == sha1("day/a.mp4")
    with library.catalog.database.read() as connection:
        numbers = [assets.asset_id(LOCAL, name) for name in (A, B, C)]
        assert set(with_subclips(connection, numbers)) == set(numbers[:2])
    assert [one.name for one in assets.show(LOCAL, B).subclips] == ["Sunset"]  # type: ignore[attr-defined]


def test_of_a_deleted_version_the_times_are_left(
    library: Searching, subclips: SubclipService, undo: UndoService
) -> None:
    made, gone = subclips.create(LOCAL, new(B)), subclips.create(LOCAL, new(B, name="gone"))
    library.services.get(VersionService).stack(LOCAL, StackRequest(asset=A, others=(B,)))
    subclips.delete(LOCAL, [gone.id])
    with library.catalog.database.write() as connection:
        connection.execute(delete(VERSION).where(VERSION.c.sha1 == made.asset))
    found = subclips.get(LOCAL, made.id)
    assert (found.anchored_at, found.asset, found.carried.text) == (
        None,
        sha1("day/a.mp4"),
        "no longer there",
    )
    assert (found.start.seconds, found.end.seconds, found.start.frame) == (1.0, 2.0, None)
    assert subclips.edit(LOCAL, made.id, SubclipEdit(name="kept")).name == "kept"
    with pytest.raises(InvalidInput) as caught:
        subclips.edit(LOCAL, made.id, SubclipEdit(start="0"))
    assert caught.value.code == "subclip.no_version"
    undo.undo(LOCAL)
    assert undo.undo(LOCAL).examples[0].reason == "the version that it is anchored at was deleted"


def test_only_editors_write(subclips: SubclipService) -> None:
    made = subclips.create(LOCAL, new())
    viewer = Actor(ActorKind.USER, "v", Role.VIEWER)
    for attempt in (
        lambda: subclips.create(viewer, new()),
        lambda: subclips.edit(viewer, made.id, SubclipEdit(name="x")),
        lambda: subclips.delete(viewer, [made.id]),
    ):
        with pytest.raises(Forbidden):
            attempt()


@pytest.mark.parametrize("form", list(Format))
def test_each_subclip_is_a_clip_of_a_timeline(
    subclips: SubclipService, form: Format, exporter: SubclipExporter
) -> None:
    from dampipe.features.subclips.model import SubclipExport
    from dampipe.timeline.reading import read_timeline

    subclips.create_many(
        LOCAL,
        [
            new(A, note="first"),
            new(B, "01:00:05:00", "01:00:06:00", name="Pier"),
            new(A, "01:00:20:00", "01:00:20:00"),
        ],
    )
    done = exporter.export(LOCAL, SubclipExport(format=form, title="Selects", ids=(1, 2, 3)))
    assert done.clips == 3
    found = read_timeline(done.text.encode(), form)
    assert [(one.name, one.timecode_in, one.timecode_out) for one in found if one.sha1] == [
        ("a.mp4", "01:00:20:00", "01:00:20:01"),
        ("b.mp4", "01:00:05:00", "01:00:06:01"),
        ("a.mp4", "01:00:01:00", "01:00:02:00"),
    ]
    with pytest.raises(NotFound):
        exporter.export(LOCAL, SubclipExport(format=form, text="nothing like it"))


def test_a_thousand_are_created_and_deleted_at_once(
    library: Searching, subclips: SubclipService, undo: UndoService
) -> None:
    made = subclips.create_many(LOCAL, [new(fields={"rating": n % 5}) for n in range(1000)])
    assert len({one.id for one in made}) == 1000
    assert subclips.delete(LOCAL, [one.id for one in made]).deleted == 1000
    assert undo.undo(LOCAL).left == 0
    with library.catalog.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(SUBCLIP)).scalar() == 1000
        assert connection.execute(select(func.count()).select_from(SUBCLIP_VALUE)).scalar() == 1000
    assert len(events(library)) == 3000
