"""MDPM, the metadata of AVCHD camcorders: a layout of tags with four bytes each."""

import pytest

from dampipe.media.probe.mdpm import UUID, Mdpm, parse


def payload(entries: dict[int, str]) -> bytes:
    body = b"".join(bytes([tag]) + bytes.fromhex(value) for tag, value in entries.items())
    return UUID + b"MDPM" + bytes([len(entries)]) + body


DATE, TIME = {0x18: "04201305"}, {0x19: "06070809"}
"""6 May 2013, 07:08:09, two hours ahead of UTC."""


def test_date_zone_time_code_and_camera() -> None:
    found = parse(payload({0x13: "12301510", **DATE, **TIME, 0x70: "01080000", 0xE4: b"HDR-".hex(), 0xE5: b"CX12".hex(),
                           0xE6: b"\0\0\0\0".hex()}))  # fmt: skip
    assert found == Mdpm("2013-05-06T07:08:09+02:00", "10:15:30:12", "Sony", "HDR-CX12")


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("04", "+02:00"),
        ("24", "-02:00"),
        ("2b", "-05:30"),
        ("00", "+00:00"),
        ("ff", ""),
        ("80", ""),
        ("44", "+02:00"),
    ],
)
def test_time_zones(zone: str, expected: str) -> None:
    found = parse(payload({0x18: f"{zone}201305", **TIME}))
    assert found is not None and found.recorded == f"2013-05-06T07:08:09{expected}"


def test_the_drop_frame_flag() -> None:
    found = parse(payload({0x13: "52301510"}))
    assert found is not None and found.timecode == "10:15:30;12"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x264 - core 165",
        UUID,
        UUID + b"MDPM",
        UUID + b"ABCD\x01" + b"\x18" * 5,
    ],
)
def test_other_user_data_is_not_read(data: bytes) -> None:
    assert parse(data) is None


def test_damaged_entries_are_left_out() -> None:
    whole = payload({0x13: "12301510", **DATE, **TIME})
    for length in range(21, len(whole)):
        assert parse(whole[:length]) is not None
    assert parse(payload({0x13: "ffffffff", 0x18: "04aaffff", **TIME})) == Mdpm()
    assert parse(UUID + b"MDPM\xff") == Mdpm()
