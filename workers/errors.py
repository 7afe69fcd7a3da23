"""Error codes of the broker."""

from dampipe.kernel.errors import ErrorCode

EMBEDDED_BROKER_DOWN = ErrorCode(
    "broker.embedded_down",
    "the embedded broker is not running",
    "Start the deployment, or name a broker in the setting broker_url.",
)
BROKER_UNREACHABLE = ErrorCode(
    "broker.unreachable",
    "the broker at {place} cannot be reached: {problem}",
    "Check the setting broker_url.",
)
