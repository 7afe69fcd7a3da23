"""Times, sizes and amounts of money, for people."""

from collections.abc import Mapping
from datetime import datetime

from dampipe.features.tiers.copies import Availability


def size(count: int) -> str:
    """Bytes in decimal units, as storages reckon.

    >>> size(900), size(1_500_000), size(4_100_000_000_000)
    ('900 B', '1.5 MB', '4.1 TB')
    """
    amount, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB", "PB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{count} B" if unit == "B" else f"{amount:.1f} {unit}"


def money(amounts: Mapping[str, float]) -> str:
    """Amounts by currency; "no stated cost" for none.

    >>> money({"USD": 3.2, "EUR": 1.0}), money({}), money({"USD": 0.0004})
    ('1.00 EUR and 3.20 USD', 'no stated cost', 'less than 0.01 USD')
    """
    return " and ".join(_amount(amounts[key], key) for key in sorted(amounts)) or "no stated cost"


def _amount(amount: float, currency: str) -> str:
    return f"less than 0.01 {currency}" if 0 < amount < 0.01 else f"{amount:.2f} {currency}"


def local_time(seconds: float) -> str:
    """A time on this machine's clock."""
    return f"{datetime.fromtimestamp(seconds).astimezone():%Y-%m-%d %H:%M}"


def hours(count: float) -> str:
    """How long something takes.

    >>> hours(0.05), hours(5), hours(48)
    ('3 minutes', '5 hours', '2 days')
    """
    if count < 1:
        return f"{max(1, round(count * 60))} minutes"
    return f"{count:g} hours" if count < 48 else f"{count / 24:g} days"


AVAILABILITIES = {
    Availability.AT_HAND: "can be read",
    Availability.RESTORED: "can be read until {until}",
    Availability.RESTORING: "is being restored",
    Availability.ARCHIVED: "is archived",
    Availability.OFFLINE: "is on a medium that is not connected",
    Availability.AWAY: "its volume is not there",
    Availability.LEAVING: "is deleted on {leaves}",
    Availability.MISSING: "is missing",
}
"""What each state of a copy means."""
