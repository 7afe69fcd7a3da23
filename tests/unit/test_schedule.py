"""A schedule is refused when the settings are read, and what is taken means to Celery what it says."""

import random

import pytest
from celery.schedules import crontab

from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.settings.cron import check_schedule
from dampipe.kernel.settings.loading import load_settings


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2:30", "give five fields"),
        ("30 2 * *", "give five fields"),
        ("@daily", "give five fields"),
        ("60 2 * * *", "'60' is no minute"),
        ("30 24 * * *", "'24' is no hour"),
        ("30 2 0 * *", "'0' is no day of the month"),
        ("30 2 * 13 *", "'13' is no month"),
        ("30 2 * * 7", "'7' is no day of the week"),
        ("30 2 * mon *", "'mon' is no month"),
        ("30 2 * * someday", "'someday' is no day of the week"),
        ("30 2 30 feb *", "no such month has a day 30"),
        ("*/0 2 * * *", "is neither"),
        ("5/10 2 * * *", "is neither"),
        ("1,,2 2 * * *", "is neither"),
        ("-1 2 * * *", "is neither"),
        ("1- 2 * * *", "is neither"),
        ("³ 2 * * *", "is no minute"),
    ],
)
def test_a_wrong_one_is_told_when_settings_are_read(text: str, why: str) -> None:
    with pytest.raises(InvalidInput, match="setting 'sync_schedule'") as told:
        load_settings(sync_schedule=text)
    assert why in str(told.value)


@pytest.mark.parametrize("text", ["", "  "])
def test_none_is_none(text: str) -> None:
    assert load_settings(sync_schedule=text).sync_schedule == ""


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("30 2 * * *", ({30}, {2}, set(range(1, 32)), set(range(1, 13)), set(range(7)))),
        (
            " */20\t22-2 1,15 jan-MAR/2 sun,Wed-fri ",
            ({0, 20, 40}, {22, 23, 0, 1, 2}, {1, 15}, {1, 3}, {0, 3, 4, 5}),
        ),
    ],
)
def test_celery_understands_it(text: str, meant: tuple[set[int], ...]) -> None:
    assert _fields(check_schedule(text)) == meant


def test_celery_takes_whatever_is_taken() -> None:
    dice, taken = random.Random(1), 0
    words = [
        "*",
        "*/2",
        "*/7",
        "0",
        "1-5",
        "2-9/3",
        "23",
        "31",
        "jan",
        "nov-feb",
        "mon",
        "sat-mon",
        "6-1",
        "x",
        "9-",
        "/3",
    ]
    for _ in range(3000):
        text = " ".join(",".join(dice.choices(words, k=dice.choice((1, 1, 2)))) for _ in range(5))
        try:
            checked = check_schedule(text)
        except ValueError:
            continue
        taken += 1
        assert all(_fields(checked))
    assert taken > 20


def _fields(text: str) -> tuple[set[int], ...]:
    made = crontab.from_string(text)
    return made.minute, made.hour, made.day_of_month, made.month_of_year, made.day_of_week
