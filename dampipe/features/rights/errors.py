"""What can be wrong with a licence, and why a use is not licensed."""

from dampipe.kernel.errors import ErrorCode

LICENCE_UNKNOWN = ErrorCode(
    "licence.not_found", "there is no licence {name!r}", "The list of licences shows which exist."
)
LICENCE_TAKEN = ErrorCode("licence.taken", "there is a licence {name!r} already", "Give another name.")
LICENCE_NAME = ErrorCode(
    "licence.name_invalid",
    "{name!r} is not a valid name of a licence",
    "Use letters, digits, hyphens, dots and underscores, {most} at most.",
)
LICENCE_INVALID = ErrorCode("licence.invalid", "{field} is not valid: {reason}", "Correct it.")
DATE_INVALID = ErrorCode(
    "rights.date_invalid",
    "{text!r} is not a valid date or time: {reason}",
    "Give a day (2026-12-31) or a time (2026-12-31T18:00).",
)
ZONE_UNKNOWN = ErrorCode(
    "rights.zone_unknown", "there is no time zone {name!r}", "Give a name such as Europe/Berlin or UTC."
)
TERRITORY_UNKNOWN = ErrorCode(
    "rights.territory_unknown",
    "{term!r} is not a known territory",
    "Give an ISO 3166 code (DE, US-CA), worldwide, or a group: {groups}.",
)
MEDIUM_UNKNOWN = ErrorCode(
    "rights.medium_unknown", "{term!r} is not a known medium", "The media are {media}."
)
POLICY_INVALID = ErrorCode("rights.policy_invalid", "the policy is not valid: {reason}", "Correct it.")
STATEMENT_UNKNOWN = ErrorCode(
    "licence.statement_unknown",
    "{text!r} is not a known statement of rights",
    "Give an SPDX identifier of Creative Commons (CC-BY-4.0), an identifier of rightsstatements.org (InC), or a URL.",
)

EXPIRED = ErrorCode(
    "rights.expired",
    "the licence {licence} of {name} is valid until {until} only",
    "Renew the licence, or use another clip.",
)
EMBARGOED = ErrorCode(
    "rights.embargoed",
    "{name} is not to be used before {begins} (licence {licence})",
    "Wait until then, or use another clip.",
)
NOT_BEGUN = ErrorCode(
    "rights.not_begun",
    "the licence {licence} of {name} begins at {begins}",
    "Wait until then, or use another clip.",
)
TERRITORY = ErrorCode(
    "rights.territory",
    "the licence {licence} of {name} does not cover {missing}: it covers {covered}",
    "Get a licence for that territory, or use another clip.",
)
MEDIUM = ErrorCode(
    "rights.medium",
    "the licence {licence} of {name} does not cover {missing}: it covers {covered}",
    "Get a licence for that medium, or use another clip.",
)
PURPOSE = ErrorCode(
    "rights.purpose",
    "the licence {licence} of {name} does not allow to {missing} it",
    "Play it here, or get another licence.",
)
UNLICENSED = ErrorCode(
    "rights.unlicensed",
    "{name} has no licence, and the policy is to ask first",
    "Ask who keeps the licences to attach one.",
)
CONDITIONS = ErrorCode(
    "rights.conditions",
    "{name} is licensed for {conditions} only (licence {licence})",
    "Say for which territory and medium it is used, to have that checked.",
)
RELEASE_INCOMPLETE = ErrorCode(
    "rights.release_incomplete",
    "the {kind} release {release} of {name} is {status} (licence {licence})",
    "Check that the release covers the use.",
)
NEAR_DUPLICATE = ErrorCode(
    "rights.near_duplicate",
    "{name} shows the same as {other}: {reason}",
    "If both are the same footage, attach the licence to this asset as well.",
)
