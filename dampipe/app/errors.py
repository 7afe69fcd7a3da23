"""What can be wrong with a deployment and its configuration, and what the doctor finds."""

from dampipe.kernel.errors import ErrorCode

# Broker

SCOPE_TAKEN = ErrorCode(
    "plugin.scope_taken",
    "two features declare the scope {scope!r}",
    "Rename it in the plug-in that declares it, or remove the plug-in.",
)
NO_SCOPE = ErrorCode(
    "plugin.no_scope",
    "the endpoint {path} names no scope",
    "Have it take `actor: Annotated[Actor, allowed(READ)]`, or mark it as public, in the plug-in that declares it.",
)
NO_BROKER_PROGRAM = ErrorCode(
    "broker.no_program",
    "no Valkey or Redis server is installed: {reason}",
    "Install one, or set broker_url to the URL of a running broker.",
)
BROKER_RUNNING = ErrorCode(
    "broker.already_running",
    "a broker is already running for {home}",
    "Stop the deployment that runs it, or choose another home folder.",
)
BROKER_SILENT = ErrorCode(
    "broker.no_answer",
    "the embedded broker did not answer within {seconds:.0f} s",
    "The log lines of the broker show the reason.",
)
BROKER_NOT_EMBEDDED = ErrorCode(
    "broker.not_embedded",
    "the embedded broker is not used: the setting broker_url names another one",
    "Clear the setting broker_url to use the embedded broker.",
)

# Deployment

PROCFILE_UNREADABLE = ErrorCode(
    "procfile.unreadable", "{path} cannot be read: {reason}", "Use another Procfile; dampipe comes with one."
)
PROCFILE_LINE = ErrorCode(
    "procfile.invalid_line", "{path}, line {number}: {line!r} does not have the form `name: command`"
)
PROCFILE_DUPLICATE = ErrorCode("procfile.duplicate_name", "{path} lists several processes named {names}")
PORT_UNAVAILABLE = ErrorCode(
    "port.unavailable",
    "{host}:{port} for {process} cannot be used: {reason}",
    "Another program may be using it; the setting {setting} ({variable}) chooses another port.",
)
HOST_UNUSABLE = ErrorCode(
    "host.unusable",
    "the setting host is {host!r}, which is not an address of this machine: {reason}",
    "Set it (DAMPIPE_HOST) to an address or a name of this machine; 127.0.0.1 is right unless others need access.",
)
FLOWER_OFF = ErrorCode(
    "flower.off", "Flower is switched off: the setting flower_port is 0", "Set flower_port to a free port."
)
HOST_NOT_LOOPBACK = ErrorCode(
    "host.not_loopback",
    "the setting host is {host!r}: other machines could reach dampipe, and there is no login",
    "Add a user or a token, or set host (DAMPIPE_HOST) to 127.0.0.1 and use an SSH tunnel.",
)
OIDC_MISSING = ErrorCode(
    "oidc.package_missing",
    "the setting oidc_issuer is {issuer}, and the package {package} is not installed",
    "Install the extra `oidc`: pip install 'dampipe[oidc]'.",
)
NO_TLS = ErrorCode(
    "host.no_tls",
    "other machines reach {host!r} without encryption: everyone on the way can read passwords and footage",
    "Set tls_cert and tls_key, or put a reverse proxy with TLS in front and set proxy_addresses to its address.",
)
HOME_UNUSABLE = ErrorCode(
    "home.unusable",
    "{path} cannot be used: {reason}",
    "The setting home (DAMPIPE_HOME) chooses another folder.",
)
ALREADY_UP = ErrorCode(
    "deployment.already_running",
    "a deployment is already running for {home}",
    "A second deployment needs a home folder of its own (DAMPIPE_HOME).",
)
NOT_UP = ErrorCode(
    "deployment.not_started", "the deployment did not start:\n{last_lines}", "The whole log is {log}."
)
UNKNOWN_QUEUE = ErrorCode("queue.not_found", "there is no queue {queues}", "The queues are {known}.")
NO_USABLE_STAGE = ErrorCode(
    "queue.no_usable_stage", "this machine can run no stage of {queues}: {reasons}", "Install the package."
)
MODEL_UNUSABLE = ErrorCode(
    "setting.model_unusable", "setting 'model': {reason}", "{advice}Choose another model."
)
SETTING_NOT_IMPORTABLE = ErrorCode(
    "setting.not_importable",
    "setting {setting!r}: {name} cannot be imported: {reason}",
    "The setting {setting} ({variable}) has the form `module:name`; the module must be installed here.",
)

# Findings of the doctor

NOT_CHECKED = ErrorCode("doctor.not_checked", "not checked: fix the problem of {cause} first")
BROKER_STOPPED = ErrorCode("doctor.broker_stopped", "{server}: not running", "Start the deployment.")
NO_WORKERS = ErrorCode("doctor.no_workers", "none is running", "Start the deployment, or a worker.")
UNSERVED_QUEUES = ErrorCode(
    "doctor.unserved_queues", "{workers}; no worker serves {queues}", "Start a worker for these queues."
)
OTHER_MODEL = ErrorCode(
    "doctor.other_model",
    "{workers}; the setting model is {model}, but {others}",
    "Restart these workers: they read the settings when they start.",
)
HOME_READ_ONLY = ErrorCode(
    "doctor.home_read_only",
    "{path} is not writable",
    "The setting home (DAMPIPE_HOME) chooses another folder.",
)
LOW_DISK_SPACE = ErrorCode(
    "doctor.low_disk_space",
    "{free}",
    "Proxies take about 0.8 GB per hour of footage; the setting blobs_url moves them to another disk.",
)
NO_SANDBOX = ErrorCode(
    "doctor.no_sandbox",
    "limits and allow-lists only: {reason}",
    "Install bubblewrap, or set sandbox to off.",
)
NO_ENCODER = ErrorCode(
    "doctor.no_encoder",
    "{tried}",
    "This ffmpeg has no working H.264 encoder; the setting ffmpeg chooses another one.",
)
ACCELERATION_PAUSED = ErrorCode(
    "doctor.acceleration_paused",
    "{tried}. Paused after failures: {parts}",
    "It is tried again automatically after a while.",
)
MISSING_PACKAGES = ErrorCode(
    "doctor.missing_packages",
    "{reasons}",
    "Workers on this machine leave such stages to other machines; install the package and restart them.",
)
NO_VECTOR_INDEX = ErrorCode(
    "doctor.no_vector_index",
    "none: search scans the vectors in the catalogue, which is slow for a large library",
    "The setting vectors chooses an index.",
)
VECTOR_INDEX_UNSOUND = ErrorCode(
    "doctor.vector_index_unsound",
    "{problems}",
    "A worker of its queue repairs a lost or damaged index within a minute; until then search is slow or "
    "misses results.",
)
BROKEN_PLUGINS = ErrorCode(
    "doctor.broken_plugins",
    "left out since they cannot be loaded: {reasons}",
    "Mend or remove them, and restart.",
)
SUBSCRIBERS_FAILING = ErrorCode(
    "doctor.subscribers_failing",
    "subscribers to events fail: {problems}",
    "Each is tried again automatically; what it missed is delivered then.",
)
NO_RELAY = ErrorCode(
    "doctor.no_relay",
    "events wait for {seconds:.0f} s, since no relay delivers them",
    "Start a relay; no event is lost meanwhile.",
)
