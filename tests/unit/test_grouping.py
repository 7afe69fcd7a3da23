"""Which files belong together."""

from dampipe.features.grouping.model import GroupFile, GroupKind, Role, groups_of
from dampipe.media.info import MediaKind

GB = 1 << 30
CARD = "/mnt/card/DCIM/100MEDIA"


def still(asset: int, name: str, **more: object) -> GroupFile:
    return _file(asset, name, MediaKind.STILL, **more)


def film(asset: int, name: str, **more: object) -> GroupFile:
    return _file(asset, name, MediaKind.VIDEO, **{"duration": 2.5, **more})


def _file(asset: int, name: str, kind: MediaKind, **more: object) -> GroupFile:
    values = {"folder": 1, "path": "/mnt/day1", "size": 1000, "time": 1000.0, **more}
    return GroupFile(asset=asset, name=name, kind=kind, **values)  # type: ignore[arg-type]


def found(*files: GroupFile) -> list[tuple[GroupKind, list[tuple[int, Role]]]]:
    return [(group.kind, list(group.members)) for group in groups_of(files)]


def test_a_raw_file_and_its_jpeg_are_one_with_the_jpeg_first() -> None:
    assert found(still(1, "DSC_1.NEF"), still(2, "dsc_1.jpg"), still(3, "DSC_2.JPG")) == [
        (GroupKind.RAW, [(2, Role.PRIMARY), (1, Role.RAW)])
    ]


def test_two_folders_with_the_same_names_are_two_groups() -> None:
    files = [still(1, "A.ARW"), still(2, "A.JPG"), still(3, "A.ARW", folder=2), still(4, "A.JPG", folder=2)]
    assert [members for _, members in found(*files)] == [
        [(2, Role.PRIMARY), (1, Role.RAW)],
        [(4, Role.PRIMARY), (3, Role.RAW)],
    ]


def test_a_live_photo_is_found_by_its_identifier_wherever_its_film_is() -> None:
    files = (
        still(1, "a.heic", content_id="ABCDEFGH"),
        film(2, "x.mov", content_id="ABCDEFGH", folder=7, time=9e9),
    )
    assert found(*files) == [(GroupKind.LIVE, [(1, Role.PRIMARY), (2, Role.FILM)])]


def test_without_identifiers_name_length_and_time_decide() -> None:
    photo = still(1, "IMG_1.HEIC")
    assert found(photo, film(2, "IMG_1.MOV", time=1002.0))
    assert found(photo, film(2, "IMG_1.MOV", time=1000.0 + 2 * 3600))  # one of them is in local time
    assert not found(photo, film(2, "IMG_1.MOV", time=1100.0))
    assert not found(photo, film(2, "IMG_1.MOV", duration=30.0))
    assert not found(photo, film(2, "IMG_2.MOV"))
    assert not found(still(1, "IMG_1.psd"), film(2, "IMG_1.MOV"))
    assert not found(photo, film(2, "IMG_1.hevc"))
    assert not found(
        still(1, "IMG_1.HEIC", content_id="ABCDEFGH"), film(2, "IMG_1.MOV", content_id="IJKLMNOP")
    )


def test_chapters_of_gopro_are_in_their_order() -> None:
    new = [film(1, "GX030123.MP4"), film(2, "GX010123.MP4"), film(3, "GX020123.MP4"), film(4, "GX010124.MP4")]
    roles = [(2, Role.PRIMARY), (3, Role.CHAPTER), (1, Role.CHAPTER)]
    assert found(*new) == [(GroupKind.CHAPTERS, roles)]
    old = [film(1, "GP020042.MP4"), film(2, "GP010042.MP4"), film(3, "GOPR0042.MP4"), film(4, "GOPR0043.MP4")]
    assert found(*old) == [(GroupKind.CHAPTERS, [(3, Role.PRIMARY), (2, Role.CHAPTER), (1, Role.CHAPTER)])]


def test_a_full_file_of_a_card_is_continued_by_the_next_number() -> None:
    first = film(1, "00000.MTS", path="/mnt/card/AVCHD/BDMV/STREAM", size=2 * GB - 4096, duration=600.0)
    second = film(2, "00001.MTS", path=first.path, size=2 * GB - 4096, duration=600.0, time=1601.0)
    third = film(3, "00002.MTS", path=first.path, size=GB, duration=300.0, time=2202.0)
    fourth = film(4, "00003.MTS", path=first.path, size=GB, duration=300.0, time=2503.0)
    roles = [(1, Role.PRIMARY), (2, Role.CHAPTER), (3, Role.CHAPTER)]
    assert found(fourth, third, second, first) == [(GroupKind.CHAPTERS, roles)]


def test_a_full_file_is_not_continued_by_a_later_recording_nor_off_a_card() -> None:
    first = film(1, "DJI_0001.MP4", path=CARD, size=4 * GB - 4096, duration=600.0)
    assert not found(first, film(2, "DJI_0002.MP4", path=CARD, time=5000.0))
    assert found(first, film(2, "DJI_0002.MP4", path=CARD, time=1600.0))
    elsewhere = "/mnt/exports"
    first = film(1, "DJI_0001.MP4", path=elsewhere, size=4 * GB - 4096, duration=600.0)
    assert not found(first, film(2, "DJI_0002.MP4", path=elsewhere, time=1600.0))


def test_a_recording_over_two_p2_cards_is_in_its_order() -> None:
    """Names of clips on P2 cards are random."""
    shot = {"recording_id": "060A2B340101010501010D2013000000"}
    files = [
        film(1, "0003QX.MXF", path="/a/CONTENTS/VIDEO", **shot),
        film(2, "0001AB.MXF", path="/b/CONTENTS/VIDEO", folder=2, recording_offset=9000, **shot),
        film(3, "0002CD.MXF", path="/a/CONTENTS/VIDEO", recording_offset=4500, **shot),
        film(4, "0004EF.MXF", path="/a/CONTENTS/VIDEO", recording_id="060A2B340101010501010D2013000001"),
    ]
    roles = [(1, Role.PRIMARY), (3, Role.CHAPTER), (2, Role.CHAPTER)]
    assert found(*files) == [(GroupKind.CHAPTERS, roles)]


def test_parts_of_xdcam_ex_and_canon_xf_are_numbered() -> None:
    def ex(asset: int, name: str, card: str = "/mnt/card/BPAV/CLPR") -> GroupFile:
        return film(asset, f"{name}.MP4", path=f"{card}/{name}", folder=asset)

    roles = [(1, Role.PRIMARY), (2, Role.CHAPTER)]
    parts = [ex(2, "829_0001_02"), ex(1, "829_0001_01"), ex(3, "829_0002_01")]
    assert found(*parts) == [(GroupKind.CHAPTERS, roles)]
    assert not found(ex(1, "829_0001_01"), ex(2, "829_0001_02", "/mnt/other/BPAV/CLPR"))
    assert not found(ex(1, "829_0001_01"), ex(3, "829_0001_03")), "one between them is missing"
    assert not found(ex(1, "829_0001_01", "/mnt/day1"), ex(2, "829_0001_02", "/mnt/day1"))
    canon = "/mnt/card/CONTENTS/CLIPS001"
    xf = [
        film(1, "AA000101.MXF", path=f"{canon}/AA0001"),
        film(2, "AA000102.MXF", path=f"{canon}/AA0001"),
        film(3, "AA000201.MXF", path=f"{canon}/AA0002", folder=2),
    ]
    assert found(*xf) == [(GroupKind.CHAPTERS, roles)]


def test_groups_that_meet_are_one() -> None:
    burst = {"burst_id": "ABCDEFGH"}
    files = [
        *(still(number, f"IMG_{number}.JPG", time=1000.0 + number, **burst) for number in (1, 2)),
        *(still(number + 10, f"IMG_{number}.DNG", time=1000.0 + number) for number in (1, 2)),
    ]
    assert found(*files) == [
        (GroupKind.BURST, [(1, Role.PRIMARY), (2, Role.SHOT), (11, Role.RAW), (12, Role.RAW)])
    ]


def test_an_asset_at_two_places_is_in_one_group() -> None:
    files = [still(1, "A.ARW"), still(2, "A.JPG"), still(1, "A.ARW", folder=2), still(2, "A.JPG", folder=2)]
    assert found(*files) == [(GroupKind.RAW, [(2, Role.PRIMARY), (1, Role.RAW)])]
    assert not found(still(1, "A.JPG"), still(1, "A.JPG", folder=2))
