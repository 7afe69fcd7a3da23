"""Error codes of jobs, and of the broker that carries their messages."""

from dampipe.kernel.errors import ErrorCode

# The pipeline's list, and how its stages are declared

NOT_STAGES = ErrorCode(
    "pipeline.not_stages", "{name} is not a list of stages", "List what `@stage` declares."
)
STAGE_MISNAMED = ErrorCode(
    "pipeline.stage_misnamed",
    "the pipeline lists {listed}, but the stage there is called {stage}",
    "Give the stage's function and its attribute the same name.",
)
PIPELINE_EMPTY = ErrorCode("pipeline.empty", "the pipeline is empty", "List its stages.")
DUPLICATE_STAGE = ErrorCode(
    "pipeline.duplicate_stage", "stage {stage} is twice in the pipeline", "Rename one."
)
NOT_ONE_IDENTITY = ErrorCode(
    "pipeline.not_one_identity", "exactly one stage must return a ContentHash, not {count}: {stages}"
)
INPUT_NOT_PRODUCED = ErrorCode(
    "pipeline.input_not_produced",
    "stage {stage}: {parameter!r} needs a {output}, but no stage returns it",
    "Add the stage that returns it.",
)
INPUT_AMBIGUOUS = ErrorCode(
    "pipeline.input_ambiguous",
    "stage {stage}: {parameter!r} needs a {output}, but several do: {stages}",
    "Give each of them an output type of its own.",
)
AFTER_UNKNOWN = ErrorCode(
    "pipeline.after_unknown", "stage {stage}: comes after {name!r}, which is not in the pipeline"
)
CYCLE = ErrorCode("pipeline.cycle", "these stages wait for each other: {stages}")
WRONG_ORDER = ErrorCode(
    "pipeline.wrong_order",
    "stage {stage} stands before {other}, whose output it needs",
    "List it after that stage.",
)
TOOL_UNKNOWN = ErrorCode(
    "pipeline.tool_unknown", "stage {stage}: there is no tool {tool} for its parameter {parameter!r}"
)
PARAMETER_UNTYPED = ErrorCode(
    "pipeline.parameter_untyped", "stage {stage}: parameter {parameter!r} has no type"
)
NO_INPUT = ErrorCode("pipeline.no_input", "stage {stage}: takes neither a subject nor an earlier output")
NOT_STREAMING = ErrorCode(
    "pipeline.not_streaming", "stage {stage}: a streaming stage takes one Iterator and returns an Iterator"
)
NOT_BATCH = ErrorCode(
    "pipeline.not_batch",
    "stage {stage}: only a batch stage takes a list, see {parameter!r}",
    "Declare it with a batch above 1.",
)
RETURN_TYPE = ErrorCode(
    "pipeline.return_type", "stage {stage}: must say that it returns {expected}, not {returned!r}"
)

# What happens to a run
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

# Kinds of work

KIND_UNKNOWN = ErrorCode("work.kind_unknown", "no feature registers the kind of work {kind!r}")
KIND_TAKEN = ErrorCode(
    "work.kind_taken", "the kind of work {kind} has the name of another kind or stage", "Rename one."
)

# The broker

EMBEDDED_BROKER_DOWN = ErrorCode(
    "broker.embedded_down",
    "the embedded broker is not running",
    "Start the deployment, or name a broker in the setting broker_url.",
)
BROKER_DISK_FULL = ErrorCode(
    "broker.disk_full",
    "{broker} has no space left to write its data",
    "Free some space on its disk; the broker then continues automatically. Nothing is lost.",
)
BROKER_CANNOT_WRITE = ErrorCode(
    "broker.cannot_write",
    "{broker} runs, but cannot write its data: {problem}",
    "Check its disk and its log; the broker continues automatically as soon as it can write.",
)
BROKER_OUT_OF_MEMORY = ErrorCode(
    "broker.out_of_memory",
    "{broker} runs, but has used up the memory that it is allowed",
    "Raise its limit `maxmemory`, or delete the data of other programs on it.",
)
BROKER_READ_ONLY = ErrorCode(
    "broker.read_only",
    "{broker} is a replica that takes no writes",
    "Name the primary server in the setting broker_url.",
)
BROKER_LOADING = ErrorCode("broker.loading", "{broker} is still loading its data", "Try again in a moment.")
BROKER_DENIED = ErrorCode(
    "broker.denied", "{broker} denies access: {problem}", "Check user and password in the setting broker_url."
)
BROKER_BLOCKED = ErrorCode(
    "broker.blocked",
    "{broker} runs, but takes no messages, since it is low on memory or disk space",
    "Free memory or disk space on its machine; the broker then continues automatically. Nothing is lost.",
)
BROKER_VIRTUAL_HOST = ErrorCode(
    "broker.virtual_host",
    "{broker} does not let this user use the virtual host: {problem}",
    "Create the virtual host and give the user permissions for it, or name another one at the end of the setting "
    "broker_url.",
)
BROKER_QUEUE_DIFFERS = ErrorCode(
    "broker.queue_differs",
    "{broker} has a queue of this name with other properties: {problem}",
    "Delete that queue, or name a virtual host of its own in the setting broker_url. Nothing is lost.",
)
BROKER_FAILED = ErrorCode("broker.failed", "{broker} runs, but answers with an error: {problem}")
BROKER_URL_INVALID = ErrorCode(
    "broker.url_invalid",
    "the broker URL {url} is not valid: {problem}",
    "Use redis://, rediss://, redis+socket://, or amqp:// or amqps:// for RabbitMQ, in the setting "
    "broker_url.",
)
BROKER_UNREACHABLE = ErrorCode(
    "broker.unreachable",
    "the broker at {place} cannot be reached: {problem}",
    "Check the setting broker_url.",
)
NO_WORKER_FOR_WORK = ErrorCode(
    "workers.absent_for_work",
    "no worker for {kind} (queue {queue}) has reported for {seconds:.0f} s",
    "Start a worker for the queue; what was asked for is kept.",
)
REQUEST_UNKNOWN = ErrorCode(
    "work.request_not_found",
    "nothing was asked for under the number {number}, or its result is older than a week",
    "Ask for it again.",
)
