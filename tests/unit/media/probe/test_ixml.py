"""iXML of field recorders, and the lines in the description of Broadcast WAVE."""

from fractions import Fraction

import pytest

from dampipe.media.probe.ixml import NOTHING, Ixml, of_description, parse, start_timecode

NTSC = Fraction(30000, 1001)


def packet(*elements: str) -> bytes:
    """A chunk as recorders write it, with padding behind it."""
    body = "".join(elements)
    return f'<?xml version="1.0" encoding="UTF-8"?><BWFXML>{body}</BWFXML>'.encode() + bytes(20)


def track(name: str, interleave: int | str) -> str:
    numbers = f"<CHANNEL_INDEX>9</CHANNEL_INDEX><INTERLEAVE_INDEX>{interleave}</INTERLEAVE_INDEX>"
    return f"<TRACK>{numbers}<NAME>{name}</NAME></TRACK>"


def speed(rate: str, flag: str = "NDF") -> str:
    return f"<SPEED><TIMECODE_RATE>{rate}</TIMECODE_RATE><TIMECODE_FLAG>{flag}</TIMECODE_FLAG></SPEED>"


def test_scene_take_and_tape() -> None:
    found = parse(packet("<SCENE> 12A </SCENE><TAKE>3</TAKE><TAPE>23Y04M12</TAPE><NOTE>no good</NOTE>"))
    assert found == Ixml("12A", "3", "23Y04M12")
    assert parse(packet("<SCENE></SCENE><TAKE/>")) == NOTHING


@pytest.mark.parametrize(
    ("elements", "names"),
    [
        ((track("Boom", 1), track("Anna &amp; Bo", 2)), ("Boom", "Anna & Bo")),
        ((track("Anna", 2), track("Boom", 1)), ("Boom", "Anna")),
        ((track("Boom", 1), track("Anna", 4)), ("Boom", "", "", "Anna")),
        ((track("Boom", ""), track("Anna", "x")), ("Boom", "Anna")),
        ((track("", 1), track("", 2)), ()),
        ((track("Boom", 0),), ()),
        ((track("Boom", 999),), ()),
        ((), ()),
    ],
)
def test_names_of_channels(elements: tuple[str, ...], names: tuple[str, ...]) -> None:
    assert parse(packet("<TRACK_LIST>", *elements, "</TRACK_LIST>")).tracks == names


@pytest.mark.parametrize(
    ("rate", "flag", "expected", "dropped", "code"),
    [
        ("25/1", "NDF", Fraction(25), False, "01:00:03:15"),
        ("24000/1001", "NDF", Fraction(24000, 1001), False, "01:00:00:00"),
        ("30000/1001", "NDF", NTSC, False, "01:00:00:00"),
        ("30000/1001", "DF", NTSC, True, "01:00:03;18"),
        ("29.97", "DF", NTSC, True, "01:00:03;18"),
        ("30/1", "DF", Fraction(30), False, "01:00:03:18"),
        ("0/0", "NDF", None, False, None),
        ("fast", "NDF", None, False, None),
        ("17/1", "NDF", Fraction(17), False, None),
    ],
)
def test_the_time_code_counts_at_its_own_rate(
    rate: str, flag: str, expected: Fraction | None, dropped: bool, code: str | None
) -> None:
    found = parse(packet(speed(rate, flag)))
    assert (found.rate, found.dropped) == (expected, dropped)
    start = start_timecode(found, 3603.6)
    assert (start[0] if start else None) == code


def test_samples_since_midnight() -> None:
    def since(high: str, low: str, rate: str) -> float | None:
        return parse(
            packet(
                f"<SPEED><TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI>{high}</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI>"
                f"<TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO>{low}</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO>"
                f"<TIMESTAMP_SAMPLE_RATE>{rate}</TIMESTAMP_SAMPLE_RATE></SPEED>"
            )
        ).since_midnight

    assert since("0", "172968000", "48000") == 3603.5
    assert since("1", "0", "96000") == pytest.approx(44739.24, abs=0.01)
    for nonsense in (
        ("", "1", "48000"),
        ("0", "5", "0"),
        ("-1", "5", "48000"),
        ("9" * 10, "0", "48000"),
        ("0", "0", "48000"),
    ):
        assert since(*nonsense) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<BWFXML>",
        b"<other><SCENE>1</SCENE></other>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><BWFXML><SCENE>&b;</SCENE></BWFXML>',
        b"\xff\xfe<BWFXML/>",
        packet("<SCENE>1</SCENE>") * 2,
    ],
)
def test_a_damaged_chunk_contains_nothing(content: bytes) -> None:
    assert parse(content) == NOTHING


def test_the_description_of_recorders_without_ixml() -> None:
    text = "sSPEED=025.000-ND\r\nsSCENE=7\r\nsTAKE=02\r\nsTAPE=R12\r\nsTRK1=Boom\r\nsTRK3=Anna\r\nsNOTE="
    assert of_description([{"comment": text}]) == Ixml("7", "02", "R12", ("Boom", "", "Anna"))
    assert of_description([{"comment": "My SCENE=1 is the best"}, {}]) == NOTHING
    assert of_description([{"comment": "sSCENE=\nsTRK0=x"}]) == NOTHING
