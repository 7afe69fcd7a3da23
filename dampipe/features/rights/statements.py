"""Statements of rights by which others recognise a licence: Creative Commons by SPDX identifier, rightsstatements.org,
or any URL."""

import re

from dampipe.features.rights.errors import STATEMENT_UNKNOWN
from dampipe.kernel.errors import InvalidInput

MAX_URL = 2000
RIGHTS_STATEMENTS = (
    *("InC", "InC-OW-EU", "InC-EDU", "InC-NC", "InC-RUU"),
    *("NoC-CR", "NoC-NC", "NoC-OKLR", "NoC-US"),
    *("CNE", "UND", "NKC"),
)
"""The identifiers of rightsstatements.org, version 1.0."""
_VERSION = r"(?:1\.0|2\.0|2\.5|3\.0|4\.0)"
_SPDX = re.compile(
    rf"(?:CC0-1\.0|CC-PDDC|CC-PDM-1\.0|CC-BY(?:-NC)?(?:-SA|-ND)?-{_VERSION}(?:-[A-Z]{{2,4}})?)", re.I
)
_CC_URL = re.compile(
    rf"https?://creativecommons\.org/licenses/(by(?:-nc)?(?:-sa|-nd)?)/({_VERSION})(?:/([a-z]{{2,4}}))?(?:/.*)?",
    re.I,
)
_CC0_URL = re.compile(r"https?://creativecommons\.org/publicdomain/(zero|mark)/1\.0(?:/.*)?", re.I)
_RS_URL = re.compile(r"https?://rightsstatements\.org/(?:vocab|page)/([A-Za-z-]+)/1\.0(?:/.*)?", re.I)


def parse_statement(text: str) -> str:
    """The identifier that a text or an address means, or the address itself. "" for "". Raises InvalidInput.

    >>> parse_statement("cc-by-sa-4.0"), parse_statement("https://creativecommons.org/licenses/by-nc/3.0/de/deed.de")
    ('CC-BY-SA-4.0', 'CC-BY-NC-3.0-DE')
    >>> parse_statement("http://rightsstatements.org/vocab/InC/1.0/"), parse_statement("inc-edu")
    ('InC', 'InC-EDU')
    """
    stated = text.strip()
    if not stated:
        return ""
    if _SPDX.fullmatch(stated):
        return stated.upper()
    if found := _CC_URL.fullmatch(stated):
        return "-".join(part.upper() for part in ("CC", *found.groups()) if part)
    if found := _CC0_URL.fullmatch(stated):
        return "CC0-1.0" if found[1].lower() == "zero" else "CC-PDM-1.0"
    named = _RS_URL.fullmatch(stated)
    for identifier in RIGHTS_STATEMENTS:
        if identifier.casefold() == (named[1] if named else stated).casefold():
            return identifier
    if re.fullmatch(r"https?://[^\s<>\"']+", stated) and len(stated) <= MAX_URL and stated.isprintable():
        return stated
    raise InvalidInput(STATEMENT_UNKNOWN, text=stated[:200])
