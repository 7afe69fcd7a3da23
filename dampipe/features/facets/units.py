"""Units in which people write the numbers of a query. No I/O."""

import re

from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.field import FieldType, MetadataField
from dampipe.kernel.ranges import parse_seconds

_TIME = {"ms": 0.001, "s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0}
_BYTES = {
    "B": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KiB": 2.0**10, "MiB": 2.0**20, "GiB": 2.0**30,
    "TiB": 2.0**40,
}  # fmt: skip
_LENGTH = {"mm": 0.001, "cm": 0.01, "m": 1.0, "km": 1000.0}
_FREQUENCY = {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6}
QUANTITIES = (_TIME, _BYTES, _LENGTH, _FREQUENCY)
"""Units of one quantity each, with their sizes."""

_AMOUNT = re.compile(r"([+-]?\d*\.?\d+)\s*([A-Za-z]+)")


def in_unit_of(given: MetadataField, text: str) -> str:
    """A number of another unit, or a clock time, in the unit of the field; all else as it is.

    >>> in_unit_of(MetadataField("d", "D", FieldType.NUMBER, unit="s"), "2 min")
    '120.0'
    >>> in_unit_of(MetadataField("d", "D", FieldType.NUMBER, unit="s"), "1:30")
    '90.0'
    """
    if given.type is not FieldType.NUMBER or not given.unit:
        return text
    if given.unit == "s" and ":" in text:
        try:
            return repr(parse_seconds(text))
        except InvalidInput:
            return text
    found = _AMOUNT.fullmatch(text.strip())
    if found is None or found[2] == given.unit:
        return text
    for units in QUANTITIES:
        if given.unit in units and found[2] in units:
            return repr(float(found[1]) * units[found[2]] / units[given.unit])
    return text
