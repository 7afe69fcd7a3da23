"""The rule by which the licences of an asset allow or refuse a use of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dampipe.features.rights import errors
from dampipe.features.rights.media import Media
from dampipe.features.rights.model import Licence, NotLicensedPolicy, Policy, ReleaseStatus, Unlicensed
from dampipe.features.rights.territories import WORLDWIDE, Territories
from dampipe.features.rights.times import shown
from dampipe.kernel.release import Objection, Use


@dataclass(frozen=True)
class Rules:
    """A policy with its terms, as decisions need it."""

    policy: Policy
    territories: Territories
    media: Media

    @classmethod
    def of(cls, policy: Policy) -> "Rules":
        """The rules of a valid policy."""
        return cls(policy, policy.known_territories(), policy.known_media())

    def use(self, use: Use) -> Use:
        """A use with its terms checked, and with the policy's where it says none. Raises InvalidInput."""
        territory, medium = use.territory or self.policy.territory, use.medium or self.policy.medium
        return Use(
            use.purpose,
            self.territories.term(territory) if territory else "",
            self.media.term(medium) if medium else "",
            use.at,
        )

    def decide(self, name: str, licences: Sequence[Licence], use: Use) -> list[Objection]:
        """What is objected to a use of an asset with these licences. name: of the asset, for the texts.

        use: as `Rules.use` returns it.
        """
        refuses = self.policy.not_licensed is NotLicensedPolicy.REFUSE
        if not licences:
            asks = self.policy.unlicensed is Unlicensed.ASK
            return [Objection(errors.UNLICENSED, {"name": name}, refuses)] if asks else []
        found = [
            Objection(
                errors.EMBARGOED,
                {"name": name, "licence": one.title, "begins": shown(one.embargo, one.zone)},
                refuses,
            )
            for one in licences
            if one.embargo is not None and use.at < one.embargo.at
        ]
        by_subject: dict[str, list[Licence]] = {}
        for one in licences:
            by_subject.setdefault(one.given.subject, []).append(one)
        for alternatives in by_subject.values():
            against = [(one, self._against(name, one, use, refuses)) for one in alternatives]
            granting = [one for one, problems in against if not problems]
            if granting:
                found += self._notes(name, granting, use)
            else:
                found += [problem for _, problems in against for problem in problems]
        return found

    def _against(self, name: str, one: Licence, use: Use, refuses: bool) -> list[Objection]:
        """Why a licence does not grant a use."""
        given = one.given
        known = {"name": name, "licence": one.title}
        found: list[Objection] = []
        if one.expires is not None and use.at >= one.expires.at:
            found.append(Objection(errors.EXPIRED, {**known, "until": shown(one.expires, one.zone)}, refuses))
        if one.starts is not None and use.at < one.starts.at:
            found.append(
                Objection(errors.NOT_BEGUN, {**known, "begins": shown(one.starts, one.zone)}, refuses)
            )
        if use.territory:
            missing = self.territories.missing(use.territory, given.territories, given.excluded_territories)
            if missing:
                covered = _terms(given.territories or (WORLDWIDE,), given.excluded_territories)
                stated = _some(missing) if set(missing) != {use.territory} else use.territory
                found.append(
                    Objection(errors.TERRITORY, {**known, "missing": stated, "covered": covered}, refuses)
                )
        if use.medium and not self.media.covers(use.medium, given.media, given.excluded_media):
            covered = _terms(given.media or ("any medium",), given.excluded_media)
            found.append(
                Objection(errors.MEDIUM, {**known, "missing": use.medium, "covered": covered}, refuses)
            )
        if given.purposes and use.purpose and use.purpose not in given.purposes:
            found.append(Objection(errors.PURPOSE, {**known, "missing": use.purpose}, refuses))
        return found

    def _notes(self, name: str, granting: Sequence[Licence], use: Use) -> list[Objection]:
        """What to mind where a use is granted: conditions that were not checked, releases that may not be enough.

        Of alternatives the one with the fewest notes counts.
        """
        notes = []
        for one in granting:
            given, mine = one.given, []
            known = {"name": name, "licence": one.title}
            unchecked = []
            if not use.territory and (given.territories or given.excluded_territories):
                unchecked.append(_terms(given.territories or (WORLDWIDE,), given.excluded_territories))
            if not use.medium and (given.media or given.excluded_media):
                unchecked.append(_terms(given.media or ("any medium",), given.excluded_media))
            if unchecked:
                mine.append(
                    Objection(
                        errors.CONDITIONS,
                        {**known, "conditions": "; ".join(unchecked)},
                        refuses=False,
                        is_note=True,
                    )
                )
            mine += [
                Objection(
                    errors.RELEASE_INCOMPLETE,
                    {
                        **known,
                        "kind": str(release.kind),
                        "release": release.reference or "(without a reference)",
                        "status": {"none": "missing", "limited": "limited or incomplete"}[release.status],
                    },
                    refuses=False,
                    is_note=True,
                )
                for release in given.releases
                if release.status in (ReleaseStatus.NONE, ReleaseStatus.LIMITED)
            ]
            notes.append(mine)
        return min(notes, key=len)


def _terms(terms: Iterable[str], excluded: Iterable[str]) -> str:
    barred = ", ".join(excluded)
    return ", ".join(terms) + (f" except {barred}" if barred else "")


def _some(terms: Sequence[str], most: int = 5) -> str:
    more = f" and {len(terms) - most} more" if len(terms) > most else ""
    return ", ".join(terms[:most]) + more
