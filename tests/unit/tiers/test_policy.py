"""Policies are read from TOML, and everything that is wrong with one is said."""

import pytest

from dampipe.features.sources.model import Tier
from dampipe.features.tiers import policy as module
from dampipe.features.tiers.policy import DAY, Window, parse_policy
from dampipe.kernel.errors import InvalidInput, NotFound

EXAMPLE = (module.__doc__ or "").partition("TOML:")[2].partition("The first rule")[0]


def test_the_example_of_the_module_is_a_policy() -> None:
    policy = parse_policy(EXAMPLE)
    [rule] = policy.rule
    assert (rule.query, rule.copies, rule.tiers) == ("age>30d and rating<3", 2, (Tier.COLD,))
    assert (rule.verified_within, rule.grace) == (90 * DAY, 14 * DAY)
    assert rule.storage_class == {"archive": "DEEP_ARCHIVE"}
    assert policy.limits.confirm_above.money == 50
    assert policy.named("old and unloved") is rule
    with pytest.raises(NotFound, match="no rule 'x'"):
        policy.named("x")


def test_what_is_not_said_is_cautious() -> None:
    [rule] = parse_policy('[[rule]]\nname = "all"').rule
    assert (rule.query, rule.copies, rule.tiers, rule.readable) == ("", 2, (), True)
    assert (rule.verified_within, rule.grace) == (365 * DAY, 14 * DAY)
    assert parse_policy("").rule == ()


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        ("x", "not TOML"),
        ("rules = []", "rules: Extra inputs"),
        ("[[rule]]", "rule.1.name: Field required"),
        ('[[rule]]\nname = "a"\ncopies = 0', "rule.1.copies"),
        ('[[rule]]\nname = "a"\ncopies = true', "rule.1.copies"),
        ('[[rule]]\nname = "a"\ntiers = ["warm"]', "'hot', 'nearline', 'cold' or 'offline'"),
        ('[[rule]]\nname = "a"\ntiers = ["hot", "hot"]', "named twice"),
        ('[[rule]]\nname = "a"\ntiers = ["hot", "cold"]\ncopies = 1', "less than the number of tiers"),
        ('[[rule]]\nname = "a"\ngrace = "3 days"', "invalid age '3 days': Give hours"),
        ('[[rule]]\nname = "a"\ngrace = 14', 'give a text such as "36h"'),
        ('[[rule]]\nname = "a"\nverified_within = "0d"', "rule.1.verified_within"),
        ('[[rule]]\nname = "a"\n[[rule]]\nname = "a"', "two are called 'a'"),
        ('[[rule]]\nname = " a"', "rule.1.name"),
        ('[[rule]]\nname = "a\\u0000b"', "character that cannot be stored"),
        ('[limits]\nbandwidth = [{from = "8", to = "19:00", mb_per_s = 1}]', "not a time of day"),
        ('[limits]\nbandwidth = [{from = 8, to = "19:00", mb_per_s = 1}]', 'give a text such as "08:00"'),
        ('[limits]\nbandwidth = [{from = "08:00", to = "08:00", mb_per_s = 1}]', "ends when it begins"),
        ('[limits]\nbandwidth = [{from = "08:00", to = "19:00", mb_per_s = 0}]', "mb_per_s"),
        ("[limits]\nconfirm_above = {money = -1}", "confirm_above.money"),
        ("a = " + "[" * 5000, "nested too deeply"),
        ("#" * 100_001, "longer than 100,000"),
    ],
)
def test_what_is_wrong_is_said(toml: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as found:
        parse_policy(toml)
    assert found.value.code == "tier.policy_invalid" and problem in str(found.value)


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(InvalidInput, match=r"rule\.1\.copies.*rule\.2\.name"):
        parse_policy('[[rule]]\nname = "a"\ncopies = 99\n[[rule]]\ncopies = 1')


@pytest.mark.parametrize(
    ("begin", "end", "inside", "outside"),
    [
        ("08:00", "19:00", (480, 1139), (479, 1140, 0)),
        ("22:00", "06:00", (1320, 1439, 0, 359), (360, 1319)),
        ("00:00", "24:00", (0, 720, 1439), ()),
        ("20:00", "24:00", (1200, 1439), (0, 1199)),
    ],
)
def test_windows_hold_by_the_clock(
    begin: str, end: str, inside: tuple[int, ...], outside: tuple[int, ...]
) -> None:
    window = Window.model_validate({"from": begin, "to": end, "mb_per_s": 1})
    assert all(map(window.holds, inside)) and not any(map(window.holds, outside))


def test_of_several_limits_the_lowest_holds() -> None:
    day = '{from = "08:00", to = "19:00", mb_per_s = 20}'
    noon = '{from = "12:00", to = "13:00", mb_per_s = 50}'
    night = '{from = "23:00", to = "01:00", mb_per_s = 5}'
    limits = parse_policy(f"[limits]\nbandwidth = [{day}, {noon}, {night}]").limits
    assert [limits.mb_per_s(60 * hour) for hour in (0, 3, 8, 12, 20, 23)] == [5, None, 20, 20, None, 5]
