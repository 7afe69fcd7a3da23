"""What can be wrong with a prune."""

from dampipe.kernel.errors import ErrorCode

PRUNE_RUNNING = ErrorCode("prune.running", "another prune is running", "This one is tried again after it.")
