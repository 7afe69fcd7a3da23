"""What can be wrong with users, logins, tokens and rights."""

from dampipe.kernel.errors import ErrorCode

NOT_LOGGED_IN = ErrorCode(
    "access.not_logged_in", "this needs a login or a token", "Log in, or send a token that is valid."
)
WRONG_PASSWORD = ErrorCode(
    "access.wrong_password", "the name or the password is wrong", "Try again; upper and lower case count."
)
TOO_MANY_LOGINS = ErrorCode(
    "access.too_many_logins", "there were too many attempts to log in", "Wait {seconds} s, then try again."
)
INVALID_TOKEN = ErrorCode(
    "access.token_invalid", "the token is unknown, expired or revoked", "Create another one."
)
UNKNOWN_USER = ErrorCode("access.user_unknown", "there is no user {name!r}")
USER_EXISTS = ErrorCode("access.user_exists", "there is a user {name!r} already", "Choose another name.")
UNKNOWN_TOKEN = ErrorCode("access.token_unknown", "there is no token {name!r}")
TOKEN_EXISTS = ErrorCode("access.token_exists", "there is a token {name!r} already", "Choose another name.")
UNKNOWN_SCOPE = ErrorCode("access.scope_unknown", "there is no scope {scope!r}", "The scopes are {scopes}.")
SCOPE_NOT_OWN = ErrorCode(
    "access.scope_not_own",
    "the role {role} does not have the scope {scope!r}, so a token of yours cannot have it",
    "These can be chosen: {scopes}.",
)
ONLY_OWN_LOGIN = ErrorCode(
    "access.only_own_login",
    "{actor} has no tokens of its own: only a user who is logged in has",
    "Log in as a user, or have an administrator create the token.",
)
NO_SCOPES = ErrorCode("access.no_scopes", "a token needs a scope", "The scopes are {scopes}.")
INVALID_NAME = ErrorCode(
    "access.name_invalid",
    "{name!r} is not a valid name",
    "Use letters of the English alphabet, digits and the characters . _ @ + -, 100 at most.",
)
INVALID_ROLE = ErrorCode("access.role_invalid", "{role!r} is not a role", "The roles are {roles}.")
PASSWORD_TOO_SHORT = ErrorCode(
    "access.password_length", "the password has not {least} to {most} characters", "Choose another one."
)
LAST_ADMIN = ErrorCode(
    "access.last_admin", "{name!r} is the last admin", "Make another user an admin before."
)
UNKNOWN_GRANT = ErrorCode("access.grant_unknown", "{to} has no grant on {place!r}")
INVALID_SUBJECT = ErrorCode(
    "access.subject_invalid",
    "{subject!r} is neither a user nor a role",
    "Give the name of a user, or `role:` with one of {roles}.",
)
UNKNOWN_PLACE = ErrorCode(
    "access.place_unknown",
    "{place!r} is neither a source nor a folder below one",
    "Give the name of a source, the absolute path of a folder below one, or `everything`.",
)
NO_OIDC = ErrorCode("oidc.off", "no identity provider is configured", "Set oidc_issuer and oidc_client_id.")
OIDC_FAILED = ErrorCode("oidc.failed", "the login at the identity provider failed: {reason}", "Log in again.")
OIDC_SILENT = ErrorCode(
    "oidc.no_answer",
    "the identity provider does not answer: {reason}",
    "Check oidc_issuer, or try again later.",
)
NO_ROLE = ErrorCode(
    "access.no_role",
    "{name!r} may not use dampipe: none of the groups has a role here",
    "Set group_roles or default_role, or add the user.",
)
USER_DISABLED = ErrorCode("access.user_disabled", "the user {name!r} is disabled", "Ask an administrator.")
CANNOT_MASK = ErrorCode(
    "access.backend_cannot_mask",
    "the vector index {vectors!r} cannot search among some of its vectors, which rights of users need",
    "Use another vector index, or remove the users.",
)
