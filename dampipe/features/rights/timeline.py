"""Whether the clips of a timeline may be used somewhere, in some way, at some time."""

from dampipe.features.rights.reports import (
    ClipRights,
    ClipVerdict,
    Explained,
    ObjectionReport,
    TimelineRights,
    UseQuestion,
)
from dampipe.features.rights.service import RightsService
from dampipe.features.timelines.model import MatchState, Sureness
from dampipe.features.timelines.service import Matched, TimelineService
from dampipe.kernel.access import READ, Actor, require
from dampipe.kernel.ids import AssetId
from dampipe.kernel.release import Objection
from dampipe.timeline import Format


class TimelineRightsService:
    """The rights of timelines. Any method may raise CatalogueDown."""

    def __init__(self, timelines: TimelineService, rights: RightsService) -> None:
        self._timelines = timelines
        self._rights = rights

    def check(
        self, actor: Actor, data: bytes, form: Format, question: UseQuestion, name: str = "the timeline"
    ) -> TimelineRights:
        """Each clip of a timeline with what is objected to its use.

        A clip that may be of several assets is allowed if all of them are. name: for messages. Raises InvalidInput for
        what is not a timeline and for unknown terms, and TooLarge.
        """
        require(actor, READ)
        clips = self._timelines.clips(actor, data, form, name)
        asked = {asset for one in clips for asset in one.assets}
        found = self._rights.objections(actor, asked, question)
        rights = tuple(_rights(one, found) for one in clips)
        counts = {verdict: sum(one.verdict is verdict for one in rights) for verdict in ClipVerdict}
        return TimelineRights(
            use=Explained.of(question),
            clips=rights,
            refused=counts[ClipVerdict.REFUSED],
            warned=counts[ClipVerdict.WARNED],
            unknown=counts[ClipVerdict.UNKNOWN],
            allowed=counts[ClipVerdict.ALLOWED],
        )


def _rights(one: Matched, found: dict[AssetId, list[Objection]]) -> ClipRights:
    clip = one.report
    against = [objection for asset in one.assets for objection in found.get(AssetId(asset), ())]
    if clip.state is MatchState.UNMATCHED:
        verdict = ClipVerdict.UNKNOWN
    elif any(objection.refuses for objection in against):
        verdict = ClipVerdict.REFUSED
    elif against or clip.state is MatchState.AMBIGUOUS or clip.sure is Sureness.POSSIBLE:
        verdict = ClipVerdict.WARNED
    else:
        verdict = ClipVerdict.ALLOWED
    return ClipRights(clip=clip, verdict=verdict, objections=tuple(map(ObjectionReport.of, against)))
