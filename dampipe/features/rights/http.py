"""Rights over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from dampipe.features.assets.http import SelectedBody, Sha1
from dampipe.features.rights.model import (
    MAX_NAME,
    PURPOSES,
    Attached,
    LicenceState,
    LicenceTerms,
    NewLicence,
    Policy,
)
from dampipe.features.rights.reports import Explanation, LicenceReport, TimelineRights, UseQuestion
from dampipe.features.rights.scopes import RIGHTS
from dampipe.features.rights.service import RightsService
from dampipe.features.rights.timeline import TimelineRightsService
from dampipe.features.timelines.http import TIMELINE_BODY, FormatOf, TimelineBody
from dampipe.kernel.access import READ, Actor
from dampipe.kernel.faces.http import JsonBody, Problem, Storable, allowed, provided

router = APIRouter(
    tags=["rights"],
    responses={
        404: {"model": Problem},
        422: {
            "model": Problem,
            "description": "A term, a day or a zone is not known, or the request is not valid.",
        },
    },
)
Reader = Annotated[Actor, allowed(READ)]
Keeper = Annotated[Actor, allowed(RIGHTS)]
Rights = Annotated[RightsService, provided(RightsService)]
Name = Annotated[str, Path(max_length=MAX_NAME), Storable()]
TAKEN: dict[int | str, dict[str, Any]] = {409: {"model": Problem, "description": "The name is taken."}}


class UseParameters(UseQuestion):
    """A use in question, as a client sends it."""

    territory: Annotated[str, Storable()] = UseQuestion.model_fields["territory"]  # type: ignore[assignment]
    medium: Annotated[str, Storable()] = UseQuestion.model_fields["medium"]  # type: ignore[assignment]
    purpose: Annotated[str, Storable()] = UseQuestion.model_fields["purpose"]  # type: ignore[assignment]
    on: Annotated[str, Storable()] = UseQuestion.model_fields["on"]  # type: ignore[assignment]


UseOf = Annotated[UseParameters, Query()]


class Terms(BaseModel):
    """The plain terms of licences, besides the codes of ISO 3166 and `worldwide`."""

    groups: dict[str, tuple[str, ...]]
    """Groups of territories, by name."""
    media: dict[str, str]
    """Each with the medium above it."""
    purposes: tuple[str, ...]


class DetachBody(SelectedBody):
    """The assets that lose a licence."""

    attached_at: float | None = Field(
        default=None,
        description="Only from those that got it from the one who asks at this time, as `attach` answered: undoes it.",
    )


@router.get("/rights/licences")
def list_licences(
    actor: Reader,
    rights: Rights,
    state: LicenceState | None = None,
    after: Annotated[str, Query(max_length=MAX_NAME), Storable()] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[LicenceReport]:
    """Licences by name, each with the number of visible assets that have it; `after` is the last one of a page.

    `documents` and `releases` are shown to those with the scope `rights`.
    """
    return rights.all(actor, state, after, limit)


@router.post("/rights/licences", status_code=201, responses=TAKEN)
def add_licence(actor: Keeper, rights: Rights, licence: JsonBody[NewLicence]) -> LicenceReport:
    """Add a licence. Days are of its own time zone, and the last one is included."""
    return rights.add(actor, licence)


@router.get("/rights/licences/{name}")
def show_licence(actor: Reader, rights: Rights, name: Name) -> LicenceReport:
    """One licence."""
    return rights.show(actor, name)


@router.patch("/rights/licences/{name}")
def edit_licence(actor: Keeper, rights: Rights, name: Name, changes: JsonBody[LicenceTerms]) -> LicenceReport:
    """Change the fields that the body has; a list replaces the whole list."""
    return rights.edit(actor, name, changes.model_dump(exclude_unset=True))


@router.delete("/rights/licences/{name}", status_code=204)
def remove_licence(actor: Keeper, rights: Rights, name: Name) -> None:
    """Remove a licence, also from its assets. The assets stay."""
    rights.remove(actor, name)


@router.post("/rights/licences/{name}/attach")
def attach_licence(actor: Keeper, rights: Rights, name: Name, request: JsonBody[SelectedBody]) -> Attached:
    """Give assets a licence; returns how many did not have it."""
    return rights.attach(actor, name, request)


@router.post("/rights/licences/{name}/detach")
def detach_licence(actor: Keeper, rights: Rights, name: Name, request: JsonBody[DetachBody]) -> int:
    """Take a licence from assets; returns how many had it."""
    return rights.detach(actor, name, request, request.attached_at)


@router.get("/rights/policy")
def show_policy(actor: Reader, rights: Rights) -> Policy:
    """The policy: what is refused, and which territories and media there are besides those that always are."""
    return rights.policy(actor)


@router.put("/rights/policy")
def set_policy(actor: Keeper, rights: Rights, policy: JsonBody[Policy]) -> Policy:
    """Replace the policy."""
    return rights.set_policy(actor, policy)


@router.get("/rights/terms")
def list_terms(actor: Reader, rights: Rights) -> Terms:
    """The terms for territories, media and purposes."""
    policy = rights.policy(actor)
    return Terms(
        groups={name: tuple(members) for name, members in policy.known_territories().groups.items()},
        media=policy.known_media().all,
        purposes=PURPOSES,
    )


@router.get("/assets/{sha1}/rights")
def explain_rights(actor: Reader, rights: Rights, sha1: Sha1, use: UseOf) -> Explanation:
    """Whether an asset may be used in a way, and why."""
    return rights.explain(actor, sha1, UseQuestion(**use.model_dump()))


@router.post("/rights/check", openapi_extra=TIMELINE_BODY)
def check_timeline(
    actor: Reader,
    rights: Annotated[TimelineRightsService, provided(TimelineRightsService)],
    format: FormatOf,
    territory: Annotated[str, Query(max_length=100), Storable()] = "",
    medium: Annotated[str, Query(max_length=100), Storable()] = "",
    purpose: Annotated[str, Query(max_length=20), Storable()] = "",
    on: Annotated[str, Query(max_length=40), Storable()] = "",
    *,
    data: TimelineBody,
) -> TimelineRights:
    """Check the clips of a timeline, which is the body: whether each may be used there and then.

    The file is as an editing program exports it, 16 MiB at most. No path in it is opened.
    """
    question = UseQuestion(territory=territory, medium=medium, purpose=purpose, on=on)
    return rights.check(actor, data, format, question)
