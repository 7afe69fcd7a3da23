"""What can be wrong with share links."""

from dampipe.kernel.errors import ErrorCode

UNKNOWN_SHARE = ErrorCode("share.unknown", "there is no share link {share}")
INVALID_LINK = ErrorCode(
    "share.link_invalid", "the link is not valid", "Check that it is complete, or ask for another one."
)
"""Says the same of a link that never was, one that was replaced, and one whose owner is gone."""
EXPIRED = ErrorCode("share.expired", "the link has expired", "Ask the one who sent it for another one.")
REVOKED = ErrorCode("share.revoked", "the link was revoked", "Ask the one who sent it for another one.")
USED_UP = ErrorCode(
    "share.used_up",
    "the link was opened as often as it may be",
    "Ask the one who sent it for another one.",
)
PASSWORD_WRONG = ErrorCode(
    "share.password_wrong", "the link needs a password, and this is not it", "Ask the one who sent it."
)
NAME_NEEDED = ErrorCode("share.guest_needed", "guests of this link say their name", "Give a name.")
NAME_INVALID = ErrorCode(
    "share.guest_invalid", "{name!r} is not a valid name", "Use letters, digits and spaces, {most} at most."
)
NO_SESSION = ErrorCode("share.no_session", "this request does not come from a guest of a link")
ONE_TARGET = ErrorCode(
    "share.one_target", "a link shows one asset or one collection", "Name exactly one of them."
)
NEEDS_USER = ErrorCode(
    "share.needs_user",
    "{actor} does not act for a user, and a link shows what a user sees",
    "Log in as a user, or use a token of a user.",
)
NOT_YOURS = ErrorCode(
    "share.not_yours",
    "{name} was shared with you, and is not yours to share",
    "Ask a user who sees the folder that it lies in.",
)
MORE_THAN_OWN = ErrorCode(
    "share.more_than_own",
    "a link cannot allow what you may not do: {allow!r}",
    "Leave it out, or ask a user who may.",
)
UNKNOWN_MOVE = ErrorCode(
    "share.move_unknown",
    "a link cannot allow the transition {transition!r}",
    "Transitions of the workflow that you may make, and that are not for certain users: {transitions}.",
)
CHANGED_MEANWHILE = ErrorCode(
    "share.changed_meanwhile",
    "{field} of the link was changed meanwhile: it is {theirs} now, not as in version {version}, and you gave {yours}",
    "Compare both, and change the link once more.",
)
REVOKED_ALREADY = ErrorCode(
    "share.is_revoked", "the share link {share} is revoked", "Undo the revocation, or create another link."
)
RIGHT_LOST = ErrorCode("share.right_lost", "{actor} may not allow this any more")
