"""What can be wrong with webhooks."""

from dampipe.kernel.errors import ErrorCode

NAME_INVALID = ErrorCode(
    "webhook.name_invalid",
    "{name!r} is not a valid name of a webhook",
    "Use letters, digits, - and _, {max_length} at most.",
)
NAME_TAKEN = ErrorCode("webhook.name_taken", "there is a webhook {name} already", "Choose another name.")
NOT_FOUND = ErrorCode(
    "webhook.not_found", "there is no webhook {name!r}", "The list of webhooks shows which exist."
)
TOO_MANY = ErrorCode("webhook.too_many", "there are {limit} webhooks already", "Remove one.")
URL_INVALID = ErrorCode(
    "webhook.url_invalid",
    "{url} is not a valid target of a webhook: {problem}",
    "Give the URL of a receiver, such as https://host/path, without user and password.",
)
ADDRESS_DENIED = ErrorCode(
    "webhook.address_denied",
    "{target} is not on the public internet",
    "Add the network of the receiver to the setting webhook_networks, if webhooks may be sent there.",
)
DISABLED = ErrorCode(
    "webhook.disabled",
    "the webhook {name} is disabled ({reason})",
    "Enable it; its events are kept until then.",
)
EVENT_UNKNOWN = ErrorCode(
    "webhook.event_unknown",
    "{event!r} is not the id or number of an event in the log",
    "The log of events shows them.",
)
REPLAY_START = ErrorCode(
    "webhook.replay_start", "a replay needs a time or an event to start from", "Give one of them."
)
