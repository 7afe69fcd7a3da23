"""What can be wrong with the bus."""

from dampipe.kernel.errors import ErrorCode

BUS_UNREACHABLE = ErrorCode(
    "bus.unreachable",
    "the event bus at {place} cannot be reached: {problem}",
    "Check the setting event_bus. Events are kept, and published as soon as it answers.",
)
BUS_BLOCKED = ErrorCode(
    "bus.blocked",
    "the event bus at {place} takes no messages, since it is low on memory or disk space",
    "Free memory or disk space on its machine. Events are kept, and published afterwards.",
)
BUS_DENIED = ErrorCode(
    "bus.denied",
    "the event bus at {place} denies access: {problem}",
    "Check user and password in the setting event_bus, and the user's permission to configure and write the exchange "
    "dampipe.events.",
)
BUS_VIRTUAL_HOST = ErrorCode(
    "bus.virtual_host",
    "the event bus at {place} does not let this user use the virtual host: {problem}",
    "Create the virtual host and give the user permissions for it, or name another one in the setting event_bus.",
)
BUS_EXCHANGE_DIFFERS = ErrorCode(
    "bus.exchange_differs",
    "the event bus at {place} has an exchange dampipe.events with other properties: {problem}",
    "Delete that exchange, or name another virtual host in the setting event_bus.",
)
BUS_FAILED = ErrorCode("bus.failed", "the event bus at {place} answers with an error: {problem}")
