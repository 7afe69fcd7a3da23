"""What can be wrong with an Apple account as an origin."""

from dampipe.kernel.errors import ErrorCode

USER_INVALID = ErrorCode(
    "import.icloud_user_invalid",
    "{user} is not a valid Apple account",
    "Give its e-mail address or telephone number.",
)
LOGIN_NEEDED = ErrorCode(
    "import.icloud_login_needed",
    "there is no session of the Apple account {user}, or Apple has ended it, as it does about every two months",
    "Log in, in a terminal of the machine that imports; the import continues where it was.",
)
LOGIN_FAILED = ErrorCode(
    "import.icloud_login_failed",
    "Apple refused the login of {user}: {problem}",
    "Check the password and the code, and log in again.",
)
ADVANCED_PROTECTION = ErrorCode(
    "import.icloud_advanced_protection",
    "Apple denies access to the photos of {user}: Advanced Data Protection is on, or access on the web is off",
    "With Advanced Data Protection only trusted devices can read the photos. On an iPhone or Mac, turn on Access "
    "iCloud Data on the Web, or turn off Advanced Data Protection; or let Photos on a Mac keep all originals, and "
    "import its library.",
)
NOT_SET_UP = ErrorCode(
    "import.icloud_not_set_up",
    "iCloud of {user} is not set up, or new terms were not accepted",
    "Log in at icloud.com in a browser once.",
)
THROTTLED = ErrorCode(
    "import.icloud_throttled",
    "Apple does not answer requests for {user} now: {problem}",
    "Wait; the import continues by itself.",
)
UNREACHABLE = ErrorCode(
    "import.icloud_unreachable",
    "Apple's servers cannot be reached",
    "Check the network; the import continues by itself.",
)
SPOOL_BUSY = ErrorCode(
    "import.icloud_spool_busy",
    "photos of {user} are still being fetched by another process",
    "Wait; the import continues by itself.",
)
