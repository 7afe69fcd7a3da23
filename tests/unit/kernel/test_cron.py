"""Cron schedules: wrong ones are rejected when settings are read, valid ones mean the same to Celery."""

import random

import pytest
from celery.schedules import crontab

from dampipe.app.load_settings import load_settings
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.settings.cron import check_schedule


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2:30", "give five fields"),
        ("30 2 * *", "give five fields"),
        ("@daily", "give five fields"),
        ("60 2 * * *", "'60' is not a valid minute"),
        ("30 24 * * *", "'24' is not a valid hour"),
        ("30 2 0 * *", "'0' is not a valid day of the month"),
        ("30 2 * 13 *", "'13' is not a valid month"),
        ("30 2 * * 7", "'7' is not a valid day of the week"),
        ("30 2 * mon *", "'mon' is not a valid month"),
        ("30 2 * * someday", "'someday' is not a valid day of the week"),
        ("30 2 30 feb *", "none of these months has a day 30"),
        ("*/0 2 * * *", "is neither"),
        ("5/10 2 * * *", "is neither"),
        ("1,,2 2 * * *", "is neither"),
        ("-1 2 * * *", "is neither"),
        ("1- 2 * * *", "is neither"),
        ("³ 2 * * *", "is not a valid minute"),
    ],
)
def test_a_wrong_schedule_is_rejected_when_settings_are_read(text: str, why: str) -> None:
    with pytest.raises(InvalidInput, match="setting 'sync_schedule'") as raised:
        load_settings(sync_schedule=text)
    assert why in str(raised.value)


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_schedule_means_never(text: str) -> None:
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
def test_celery_reads_the_same_fields(text: str, meant: tuple[set[int], ...]) -> None:
    assert _fields(check_schedule(text)) == meant


def test_celery_accepts_every_valid_schedule() -> None:
    random_, valid = random.Random(1), 0
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
        text = " ".join(",".join(random_.choices(words, k=random_.choice((1, 1, 2)))) for _ in range(5))
        try:
            checked = check_schedule(text)
        except ValueError:
            continue
        valid += 1
        assert all(_fields(checked))
    assert valid > 20


def _fields(text: str) -> tuple[set[int], ...]:
    parsed = crontab.from_string(text)
    return parsed.minute, parsed.hour, parsed.day_of_month, parsed.month_of_year, parsed.day_of_week
