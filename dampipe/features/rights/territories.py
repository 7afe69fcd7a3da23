"""Territories: plain terms by which licences say where something may be used.

A term is a code of ISO 3166-1 (DE) or ISO 3166-2 (US-CA), `worldwide`, or the name of a group of terms. A licence
covers a territory if it covers each country in it and excludes no part of it. All of this is about names; nothing is
looked up anywhere.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dampipe.features.rights.errors import POLICY_INVALID, TERRITORY_UNKNOWN
from dampipe.kernel.errors import InvalidInput

WORLDWIDE = "worldwide"
_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO
JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR
MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO
RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV
TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
COUNTRIES = frozenset(_CODES.split())
"""The codes that ISO 3166-1 assigns: 249."""
_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU = tuple(_EU.split())
GROUPS: Mapping[str, Sequence[str]] = {
    "EU": EU,
    "EEA": (*EU, "IS", "LI", "NO"),
    "EFTA": ("CH", "IS", "LI", "NO"),
}
"""The groups that exist without a policy."""
ALIASES = {"UK": "GB", "EL": "GR", "WORLD": WORLDWIDE, "WW": WORLDWIDE}
"""Other names that people write; UK and EL are those of the European Union."""
MOST_GROUPS = 500
_PART = re.compile(r"([A-Z]{2})-[A-Z0-9]{1,3}")
_GROUP = re.compile(r"[A-Za-z][\w .&-]{0,63}")


@dataclass(frozen=True)
class Territories:
    """The territories that a policy knows."""

    added: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Groups of the policy by name; one may take the place of a group above."""

    def __post_init__(self) -> None:
        """Raise InvalidInput for groups with invalid names or unknown members."""
        if len(self.added) > MOST_GROUPS:
            raise InvalidInput(
                POLICY_INVALID, reason=f"there are more than {MOST_GROUPS} groups of territories"
            )
        for name, members in self.added.items():
            if not _GROUP.fullmatch(name) or name.upper() in COUNTRIES or name.lower() == WORLDWIDE:
                raise InvalidInput(
                    POLICY_INVALID, reason=f"{name!r} is not a name for a group of territories"
                )
            for member in members:
                self.term(member)
            self._atoms((name,), frozenset())

    @property
    def groups(self) -> dict[str, Sequence[str]]:
        """All groups by name."""
        return {**GROUPS, **self.added}

    def term(self, text: str) -> str:
        """The term that a text means. Raises InvalidInput.

        >>> [Territories().term(text) for text in (" de ", "uk", "us-ca", "World")]
        ['DE', 'GB', 'US-CA', 'worldwide']
        """
        found = self._known(text)
        if found is None:
            raise InvalidInput(TERRITORY_UNKNOWN, term=text.strip(), groups=", ".join(self.groups))
        return found

    def _known(self, text: str) -> str | None:
        for name in self.groups:
            if name.casefold() == text.strip().casefold():
                return name
        upper = text.strip().upper()
        upper = ALIASES.get(upper, upper)
        if upper in (WORLDWIDE, WORLDWIDE.upper()):
            return WORLDWIDE
        part = _PART.fullmatch(upper)
        return upper if upper in COUNTRIES or (part and part[1] in COUNTRIES) else None

    def missing(self, asked: str, allowed: Iterable[str], excluded: Iterable[str] = ()) -> list[str]:
        """What of an asked territory is not covered: countries and parts of them, in order; [] if all is.

        allowed: terms of a licence; none: everywhere. A term that no policy knows any more covers nothing, and
        excludes everything.

        >>> eu = Territories()
        >>> eu.missing("DE", ["EU"]), eu.missing("EU", ["DE", "FR"])[:2], eu.missing("worldwide", [], ["US-CA"])
        ([], ['AT', 'BE'], ['US'])
        >>> eu.missing("US-CA", ["US"]), eu.missing("US", ["US-CA"]), eu.missing("DE", ["gone"])
        ([], ['US'], ['DE'])
        """
        granted = self._atoms(tuple(allowed) or (WORLDWIDE,), frozenset())[0]
        barred, is_unclear = self._atoms(tuple(excluded), frozenset())
        parts_barred = {atom.partition("-")[0] for atom in barred}
        wanted, _ = self._atoms((asked,), frozenset())

        def is_covered(atom: str) -> bool:
            country = atom.partition("-")[0]
            is_granted = atom in granted or country in granted
            is_whole = atom == country
            is_barred = atom in barred or country in barred or (is_whole and country in parts_barred)
            return is_granted and not is_barred and not is_unclear

        return sorted(atom for atom in wanted if not is_covered(atom)) if wanted else [asked]

    def _atoms(self, terms: Sequence[str], above: frozenset[str]) -> tuple[set[str], bool]:
        """The countries and parts of countries in terms, and whether a term is unknown.

        Raises InvalidInput for a group that holds itself.
        """
        atoms: set[str] = set()
        is_unclear = False
        for text in terms:
            term = self._known(text)
            if term is None:
                is_unclear = True
            elif term == WORLDWIDE:
                atoms |= COUNTRIES
            elif term in self.groups:
                if term in above:
                    raise InvalidInput(POLICY_INVALID, reason=f"the group {term} holds itself")
                inner, unclear = self._atoms(tuple(self.groups[term]), above | {term})
                atoms |= inner
                is_unclear = is_unclear or unclear
            else:
                atoms.add(term)
        return atoms, is_unclear
