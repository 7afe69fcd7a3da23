"""What licences allow: territories, media, days in time zones, several licences, and the state of an asset."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dampipe.features.rights import errors
from dampipe.features.rights.media import MEDIA, Media
from dampipe.features.rights.model import (
    DAY,
    Licence,
    LicenceState,
    LicenceTerms,
    NewLicence,
    Policy,
    state_of_asset,
)
from dampipe.features.rights.queries import due_notice, next_notice
from dampipe.features.rights.rules import Rules
from dampipe.features.rights.statements import parse_statement
from dampipe.features.rights.territories import COUNTRIES, EU, Territories
from dampipe.features.rights.times import beginning, end
from dampipe.kernel.errors import ErrorCode, InvalidInput
from dampipe.kernel.release import Use

NOW = 1_800_000_000.0


def licence(number: int = 1, zone: str = "UTC", notice: tuple[int, ...] = (14,), **terms: object) -> Licence:
    given = LicenceTerms.model_validate({"title": f"L{number}", **terms})
    return Licence(
        number,
        f"l{number}",
        given,
        zone,
        beginning(given.starts, zone) if given.starts else None,
        beginning(given.embargo, zone) if given.embargo else None,
        end(given.expires, zone) if given.expires else None,
        notice,
    )


def decided(*licences: Licence, policy: Policy | None = None, **use: object) -> dict[ErrorCode, bool]:
    """The codes of what is objected, and whether each refuses."""
    rules = Rules.of(policy or Policy())
    asked = rules.use(Use(**{"purpose": "download", "at": NOW, **use}))  # type: ignore[arg-type]
    return {one.code: one.refuses for one in rules.decide("a.mov", licences, asked)}


@pytest.mark.parametrize(
    ("zone", "utc"),
    [
        ("UTC", "2027-01-01T00:00"),
        ("Europe/Berlin", "2026-12-31T23:00"),
        ("America/Los_Angeles", "2027-01-01T08:00"),
        ("Pacific/Kiritimati", "2026-12-31T10:00"),
    ],
)
def test_until_31_december_ends_with_that_day_in_the_zone_of_the_licence(zone: str, utc: str) -> None:
    at = datetime.fromisoformat(utc).replace(tzinfo=UTC).timestamp()
    one = licence(zone=zone, expires="2026-12-31")
    assert decided(one, at=at - 1) == {}
    assert decided(one, at=at) == {errors.EXPIRED: True}


@pytest.mark.parametrize(
    ("text", "zone", "begins", "ends"),
    [
        ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T01:30", "2026-10-25T00:30"),  # shown twice
        ("2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30", "2026-03-29T00:30"),  # never shown
        ("2026-12-31T18:00+02:00", "Europe/Berlin", "2026-12-31T16:00", "2026-12-31T16:00"),
        ("2026-04-24", "Africa/Cairo", "2026-04-23T22:00", "2026-04-24T21:00"),  # midnight is never shown
        ("2011-12-29", "Pacific/Apia", "2011-12-29T10:00", "2011-12-30T10:00"),  # the next day does not exist
    ],
)
def test_times_that_a_clock_shows_twice_or_never(text: str, zone: str, begins: str, ends: str) -> None:
    """A licence begins at the later moment and ends at the earlier one."""
    found = [
        datetime.fromtimestamp(moment(text, zone).at, UTC).isoformat(timespec="minutes")[:16]
        for moment in (beginning, end)
    ]
    assert found == [begins, ends]


@given(
    st.dates(min_value=datetime(1971, 1, 1).date(), max_value=datetime(2100, 1, 1).date()),
    st.sampled_from(
        ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "Atlantic/Azores"]
    ),
)
def test_a_day_ends_where_the_next_one_begins(day: object, zone: str) -> None:
    begins, ends = beginning(str(day), zone).at, end(str(day), zone).at
    assert 0 <= ends - begins <= 25 * 3600


@pytest.mark.parametrize(
    "text", ["31.12.2026", "2026-02-30", "1066-10-14", "9999-12-31", "tomorrow", "2026-12-31T25:00"]
)
def test_what_is_not_a_day_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        end(text, "UTC")
    assert caught.value.code == "rights.date_invalid"


@pytest.mark.parametrize("zone", ["Mars/Base", "../../etc/passwd", "/etc/passwd", "Europe", " UTC"])
def test_what_is_not_a_zone_is_refused(zone: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        end("2026-12-31", zone)
    assert caught.value.code == "rights.zone_unknown"


def test_a_territory_is_covered_if_all_of_it_is() -> None:
    dach = Territories({"DACH": ("DE", "AT", "CH"), "Home": ("DACH", "LI")})
    assert len(COUNTRIES) == 249 and len(EU) == 27
    for asked, allowed, excluded, missing in (
        ("DE", ["dach"], [], []),
        ("Home", ["EU"], [], ["CH", "LI"]),
        ("LI", ["Home"], [], []),
        ("EU", ["EEA"], [], []),
        ("worldwide", [*COUNTRIES], [], []),
        ("DE", [], ["EU"], ["DE"]),
        ("US", ["US"], ["US-CA"], ["US"]),
        ("US-NY", ["US"], ["US-CA"], []),
        ("DE", ["worldwide"], ["a group that is gone"], ["DE"]),
    ):
        assert dach.missing(asked, allowed, excluded) == missing, (asked, allowed, excluded)


@given(st.sets(st.sampled_from(sorted(COUNTRIES)), min_size=1), st.sets(st.sampled_from(sorted(COUNTRIES))))
def test_what_is_missing_is_what_is_asked_without_what_is_allowed(asked: set[str], allowed: set[str]) -> None:
    found = Territories({"Asked": tuple(asked)}).missing("Asked", allowed or {"AQ"})
    assert set(found) == asked - (allowed or {"AQ"})


@given(st.sampled_from(sorted(MEDIA)), st.sets(st.sampled_from(sorted(MEDIA)), min_size=1))
def test_a_medium_is_covered_by_itself_or_one_above_it(asked: str, allowed: set[str]) -> None:
    assert Media().covers(asked, allowed) == (asked in allowed or MEDIA[asked] in allowed)
    assert not Media().covers(asked, (), {asked}) and not Media().covers(asked, allowed, {asked})


@pytest.mark.parametrize(
    "policy",
    [
        {"territories": {"A": ("B",), "B": ("A",)}},
        {"territories": {"A": ("A",)}},
        {"territories": {"DE": ("AT",)}},
        {"territories": {"A": ("nowhere",)}},
        {"media": {"a": "b", "b": "a"}},
        {"media": {"online": "web"}},
        {"media": {"a": "nothing"}},
        {"media": {"UPPER": ""}},
    ],
)
def test_a_policy_whose_terms_make_no_sense_is_refused(policy: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        Rules.of(Policy.model_validate(policy))


def test_each_dimension_is_checked_as_far_as_it_is_said() -> None:
    one = licence(territories=("EU",), media=("online",), purposes=("export",))
    assert decided(one, purpose="export") == {errors.CONDITIONS: False}
    assert decided(one, purpose="export", territory="DE", medium="social") == {}
    assert decided(one, purpose="export", territory="US", medium="print") == {
        errors.TERRITORY: True,
        errors.MEDIUM: True,
    }
    assert decided(one, purpose="download", territory="DE", medium="web") == {errors.PURPOSE: True}
    home = Policy(territory="CH", medium="web")
    assert decided(one, policy=home, purpose="export") == {errors.TERRITORY: True}, "the policy says where"


def test_licences_of_one_subject_are_alternatives_and_those_of_several_are_all_needed() -> None:
    expired, renewed = licence(1, expires="2020-01-01"), licence(2, expires="2030-01-01")
    assert decided(expired) == {errors.EXPIRED: True}
    assert decided(expired, renewed) == {}
    music = licence(3, subject="music", territories=("US",))
    assert decided(renewed, music, territory="DE") == {errors.TERRITORY: True}
    assert decided(renewed, music, territory="US") == {}


def test_an_embargo_holds_whatever_else_is_granted() -> None:
    free, held = licence(1), licence(2, embargo="2030-06-01")
    assert decided(free, held) == {errors.EMBARGOED: True}
    assert decided(free, licence(2, starts="2030-06-01")) == {}, "another licence has begun"
    assert decided(licence(2, starts="2030-06-01")) == {errors.NOT_BEGUN: True}


def test_without_a_licence_the_policy_decides() -> None:
    assert decided() == {}
    assert decided(policy=Policy(unlicensed="ask")) == {errors.UNLICENSED: True}
    warn = Policy(unlicensed="ask", not_licensed="warn")
    assert decided(policy=warn) == {errors.UNLICENSED: False}
    assert decided(licence(expires="2020-01-01"), policy=warn) == {errors.EXPIRED: False}


def test_releases_that_are_not_complete_are_a_note() -> None:
    releases = (
        {"kind": "model", "status": "limited", "reference": "MR-1"},
        {"kind": "property", "status": "unlimited"},
    )
    assert decided(licence(releases=releases)) == {errors.RELEASE_INCOMPLETE: False}
    assert decided(licence(1, releases=releases), licence(2)) == {}, "another one grants it without a note"


TIMES = st.sampled_from(
    ["", "2026-06-01", "2026-12-31", "2027-01-14", "2027-01-15", "2027-02-01", "2030-01-01"]
)


@settings(max_examples=300)
@given(st.lists(st.tuples(TIMES, TIMES, TIMES, st.sampled_from(["", "music"])), max_size=4))
def test_an_asset_is_expired_or_embargoed_only_if_its_use_is_refused(
    rows: list[tuple[str, str, str, str]],
) -> None:
    licences = [
        licence(number, starts=starts, embargo=embargo, expires=expires, subject=subject)
        for number, (starts, embargo, expires, subject) in enumerate(rows)
    ]
    state = state_of_asset(licences, NOW)
    assert (state is None) == (not rows)
    refused = any(decided(*licences).values())
    assert refused == (state in (LicenceState.EXPIRED, LicenceState.EMBARGOED))


def test_the_state_of_a_licence() -> None:
    one = licence(expires="2026-12-31", starts="2026-01-01", notice=(30, 7))
    ends = end("2026-12-31", "UTC").at
    assert [
        one.state(at) for at in (0, ends - 31 * DAY, ends - 30 * DAY, ends - 0.001, ends, ends + DAY)
    ] == ["embargoed", "active", "expiring", "expiring", "expired", "expired"]


def test_notices_are_due_one_after_the_other() -> None:
    ends = 100 * DAY
    at: float | None = 0.0
    given_days = []
    while (at := next_notice(ends, (30, 7), at or 0.0)) is not None:
        given_days.append(due_notice(ends, (30, 7), at))
    assert given_days == [30, 7, 0]
    assert next_notice(None, (30,), 0.0) is None
    assert due_notice(ends, (30, 7), ends + 1) == 0, "the last one stands for those that nobody gave"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cc-by-4.0", "CC-BY-4.0"),
        ("http://creativecommons.org/licenses/by-nc-nd/4.0/", "CC-BY-NC-ND-4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/legalcode", "CC0-1.0"),
        ("https://rightsstatements.org/page/NoC-US/1.0/?language=en", "NoC-US"),
        ("https://example.org/terms", "https://example.org/terms"),
        ("", ""),
    ],
)
def test_statements_are_known_by_identifier_and_address(text: str, found: str) -> None:
    assert parse_statement(text) == found


@pytest.mark.parametrize(
    "text", ["CC-BY-5.0", "CC-ND-4.0", "mine", "javascript:alert(1)", "https://a b", 'http://x"y']
)
def test_other_statements_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        NewLicence(name="x", statement=text)


@pytest.mark.parametrize(
    "terms",
    [
        {"name": "a b"},
        {"name": ""},
        {"name": "a", "title": "two\nlines"},
        {"name": "a", "purposes": ["sell"]},
        {"name": "a", "notice_days": [0]},
        {"name": "a", "url": "javascript:alert(1)"},
    ],
)
def test_terms_that_are_not_valid_are_refused(terms: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        NewLicence.model_validate(terms)
