"""Error codes of jobs, and of the broker that carries their messages."""

from dampipe.kernel.errors import ErrorCode

PIPELINE_INVALID = ErrorCode("pipeline.invalid", "{problem}")
STORAGE_FULL = ErrorCode("stage.disk_full", "no space left on the device", "Free some space.")
FILE_UNREADABLE = ErrorCode(
    "stage.file_unreadable",
    "the file cannot be read: permission denied",
    "Give dampipe the right to read it, then retry.",
)
FILE_AWAY = ErrorCode("stage.file_away", "the file is not at {path} now", "Check that the share is mounted.")
SOURCE_ERROR = ErrorCode("stage.source_error", "{problem}: {path}")
UNEXPECTED = ErrorCode("stage.unexpected", "{type}: {problem}")
INPUT_MISSING = ErrorCode("stage.input_missing", "{stage} has no {output} of asset {asset}")
OUTPUT_TYPE = ErrorCode("stage.output_type", "stage {stage} returned {found}, not {expected}")
OUTPUT_COUNT = ErrorCode("stage.output_count", "stage {stage} returned {found} results for {count} files")
OUTPUT_SURPLUS = ErrorCode(
    "stage.output_surplus", "stage {stage} returned more than {count} results for as many files"
)
WORKER_DIED = ErrorCode("stage.worker_died", "the worker died {times} times while it worked on this file")
KIND_UNKNOWN = ErrorCode("work.kind_unknown", "no feature registers the kind of work {kind!r}")
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
