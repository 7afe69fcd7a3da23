"""The error codes of the media engine. They are stored with a failed run."""

from dampipe.kernel.errors import ErrorCode

# Storage and resources
SOURCE_UNAVAILABLE = ErrorCode(
    "media.source_unavailable",
    "the file cannot be read at the moment",
    "Check that its disk or share is connected and healthy.",
)
READ_FAILED = ErrorCode(
    "media.read_failed",
    "cannot be read at the moment: {reason}",
    "Check that its disk or share is connected.",
)
STORAGE_STALLED = ErrorCode(
    "media.storage_stalled",
    "its storage did not answer for {seconds:.0f} s",
    "Check that the disk or share is healthy.",
)
OVERLOADED = ErrorCode("media.overloaded", "the machine is overloaded")
STILL_WRITTEN = ErrorCode(
    "media.still_written", "the file is still being written", "It is retried automatically."
)

# The file
EMPTY_FILE = ErrorCode("media.empty_file", "the file is empty", "Copy it again from the card.")
NOT_REGULAR = ErrorCode("media.not_regular", "not a regular file")
NOT_READABLE = ErrorCode("media.not_readable", "not a readable file: {reason}")
NOT_MEDIA = ErrorCode("media.not_media", "not a media file, or damaged")
OTHER_KIND = ErrorCode("media.other_kind", "not a media file, but {kind}")
DAMAGED = ErrorCode(
    "media.damaged", "damaged or incomplete: {line}", "Copy it again from the card or its source."
)
ENCRYPTED = ErrorCode(
    "media.encrypted",
    "encrypted ({scheme})",
    "Get a copy without copy protection from the provider of the file.",
)
INDEX_MISSING = ErrorCode(
    "media.index_missing",
    "the file is incomplete: its table of contents (moov) is missing",
    "Copy it again from the card; if the camera died while recording, a repair program may rebuild it with "
    "the help of an intact clip of the same camera.",
)
FORMAT_NOT_ALLOWED = ErrorCode("media.format_not_allowed", "its format is not one that dampipe opens")
PICTURE_TOO_LARGE = ErrorCode("media.picture_too_large", "its picture is too large")
STILL_TOO_LARGE = ErrorCode(
    "media.still_too_large",
    "the picture is too large: {width}×{height}, at most {limit} megapixels",
)
STILL_DAMAGED = ErrorCode(
    "media.still_damaged",
    "the picture is damaged: {reason}",
    "Copy it again from the card or its source.",
)
STILL_UNSUPPORTED = ErrorCode(
    "media.still_unsupported", "the picture uses a part of its format that is not supported: {reason}"
)
STILL_FORMAT_UNKNOWN = ErrorCode("media.still_format_unknown", "not a picture in a format that dampipe opens")
NOT_DECODED = ErrorCode("media.not_decoded", "could not be decoded ({reason})")
PACKAGE_MISSING = ErrorCode(
    "media.package_missing",
    "its format needs the Python package {package}, which is not installed",
    "Install the package for the workers and try again.",
)
TOO_MANY_PIXELS = ErrorCode(
    "media.too_many_pixels",
    "the picture has {size} pixels, more than {limit} million",
    "Send a smaller one.",
)
OUT_OF_MEMORY = ErrorCode("media.out_of_memory", "needs more memory than a file is allowed")
NO_STREAMS = ErrorCode("media.no_streams", "contains neither picture nor sound")
EMPTY_TRACKS = ErrorCode(
    "media.empty_tracks", "its tracks are empty: they contain neither a picture nor sound"
)
UNKNOWN_CODEC = ErrorCode("media.unknown_codec", "its codec is not supported: {codec}")
UNSUPPORTED_FEATURE = ErrorCode(
    "media.unsupported_feature", "uses a part of its format that ffmpeg does not support"
)
NOTHING_DECODED = ErrorCode("media.nothing_decoded", "nothing in it could be decoded")
TIMES_OUT_OF_RANGE = ErrorCode(
    "media.times_out_of_range",
    "its frames have times that no file can have: {line}",
    "Copy it again from the card or its source.",
)
OUTPUT_TOO_LARGE = ErrorCode("media.output_too_large", "its derivative grew larger than allowed")
TIMEOUT = ErrorCode(
    "media.timeout", "took longer than {seconds:.0f} s", "Raise the time limit if the file is worth it."
)
CPU_TIMEOUT = ErrorCode("media.cpu_timeout", "took more processor time than a file is allowed")
DECODER_STALLED = ErrorCode(
    "media.decoder_stalled", "produced nothing for {seconds:.0f} s although the decoder was busy"
)
DECODER_CRASHED = ErrorCode("media.decoder_crashed", "crashed the decoder ({signal})")
PROBE_CRASHED = ErrorCode(
    "media.probe_crashed", "crashed the probe", "The file is damaged in a way that is not known yet."
)

# ffmpeg and the helper processes
FFMPEG_FAILED = ErrorCode("media.ffmpeg_failed", "ffmpeg failed: {line}")
FFMPEG_UNSUPPORTED = ErrorCode(
    "media.ffmpeg_unsupported",
    "this ffmpeg does not support what was requested: {line}",
    "Use another build of ffmpeg.",
)
FFMPEG_KILLED = ErrorCode(
    "media.ffmpeg_killed", "ffmpeg was killed from outside (signal {signal}), perhaps for lack of memory"
)
FFMPEG_MISSING = ErrorCode(
    "media.ffmpeg_missing",
    "no usable ffmpeg: {rejected}",
    "Install ffmpeg {oldest} or newer, or the package imageio-ffmpeg, which contains one.",
)
SANDBOX_MISSING = ErrorCode(
    "media.sandbox_missing",
    "the setting sandbox is on, but {reason}",
    "Install bubblewrap, or set sandbox to auto.",
)
NO_ENCODER = ErrorCode(
    "media.no_encoder", "no {codec} encoder works here", "Use a build of ffmpeg that has one."
)
PROBE_FAILED = ErrorCode("media.probe_failed", "the probe helper ended with status {status}")
PROBE_ANSWER_INVALID = ErrorCode("media.probe_answer_invalid", "the answer of the probe is invalid: {reason}")
PROXY_UNREADABLE = ErrorCode(
    "media.proxy_unreadable", "the proxy cannot be read: {reason}", "Make the proxy again."
)

# Excerpts
NO_EXCERPT = ErrorCode(
    "media.no_excerpt",
    "{name} is {kind}, of which no part can be copied",
    "Download the original as a whole.",
)
NOT_CUT = ErrorCode(
    "media.excerpt_not_cut",
    "no part of {name} can be copied there: its index does not lead to the frame",
    "Download the original as a whole.",
)
