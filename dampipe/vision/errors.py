"""The error codes of models, embedders, and the frames and texts that they take."""

from dampipe.kernel.errors import DampipeError, ErrorCode, Unavailable

# Which model

MODEL_NOT_FOUND = ErrorCode("model.unknown", "there is no model {model!r}", "{suggestion}")
FOLDER_WITHOUT_MODEL = ErrorCode(
    "model.folder_without_model", "{folder} holds no model: {file} is missing", "{suggestion}"
)
NO_OPEN_CLIP_WEIGHTS = ErrorCode(
    "model.no_open_clip_weights", "the model {model} has no weights for open_clip", "ONNX Runtime runs it."
)
NOT_PUBLISHED_AS_ONNX = ErrorCode(
    "model.not_published_as_onnx",
    "the model {model} is not published as ONNX",
    "Install {package} to run it.",
)
CONFIGURATION_INVALID = ErrorCode(
    "model.configuration_invalid",
    "{path} is not a valid {kind}: {reason}",
    "Copy or download the file again.",
)
FRAMES_UNSUPPORTED = ErrorCode(
    "model.frames_unsupported",
    "{path} requires frames that are padded or not square; that is not supported",
    "Choose another model.",
)

# What it needs

PACKAGE_MISSING = ErrorCode(
    "model.package_missing",
    "the model {model} needs {package}, which is not installed",
    "Install the package, or choose another model.",
)
IMPORT_FAILED = ErrorCode(
    "model.import_failed",
    "the model {model} needs a package that is not installed: {reason}",
    "Install the package.",
)
WEIGHTS_MISSING = ErrorCode(
    "model.weights_missing",
    "the weights of the model are not in {folder}: {files} is missing",
    "Put {files} into the folder.",
)
WEIGHTS_DAMAGED = ErrorCode(
    "model.weights_damaged", "the weights in {path} are damaged: {reason}", "Copy or download the file again."
)
WEIGHTS_NOT_AS_PUBLISHED = ErrorCode(
    "model.weights_not_as_published",
    "the file {path} of {repository} is not the one that the hub published: its checksum is not {expected}",
    "It was deleted and is downloaded again at the next attempt. If it happens again, a proxy or mirror alters it.",
)
WEIGHTS_CHANGED = ErrorCode(
    "model.weights_changed",
    "the file {path} of {repository} at commit {commit} is not the one that was used first: its checksum differs",
    "If the change is wanted, delete the entry of {repository} in {record}; else delete the file, and the recorded "
    "one is downloaded again.",
)
DOWNLOAD_FAILED = ErrorCode(
    "model.download_failed",
    "the weights of {repository} are not here and cannot be downloaded: {reason}",
    "Let this machine reach the hub once, copy a Hugging Face cache that holds the model to this machine, or set the "
    'model to a folder ("local-dir:/path").',
)
NOT_ON_HUB = ErrorCode(
    "model.not_on_hub", "the hub has no {files} of {repository}", "Choose another model, or a folder."
)
GRAPH_UNSUPPORTED = ErrorCode(
    "model.graph_unsupported",
    "the graph {path} of the model {model} is not supported: {reason}",
    "Choose a model whose visual and textual graph each return one vector for a picture or a text.",
)
OTHER_FRAMES = ErrorCode(
    "model.other_frames",
    "the model {model} takes frames as {required}, but they are prepared as {prepared}",
    "The files or the installed open_clip belong to another version of the model: download or install them again.",
)

# Devices and computing

DEVICE_UNKNOWN = ErrorCode(
    "device.unknown", "there is no device {device!r}", "The devices are auto, cpu, cuda, cuda:1 and mps."
)
DEVICE_MISSING = ErrorCode(
    "device.missing", "this machine has no device {device!r}", 'Set the device to "auto".'
)
DEVICE_UNSUPPORTED = ErrorCode(
    "device.unsupported",
    "the installed ONNX Runtime cannot use the device {device!r}",
    'Set the device to "auto". For an NVIDIA GPU, install onnxruntime-gpu instead of onnxruntime, and the CUDA and '
    "cuDNN libraries of its release notes.",
)
OUT_OF_MEMORY = ErrorCode(
    "model.out_of_memory",
    "no memory is left for the model {model}: {reason}",
    "Use a smaller model or a smaller batch.",
)
GPU_FAILED = ErrorCode(
    "model.gpu_failed", "the GPU failed with the model {model}: {reason}", 'Set the device to "cpu".'
)
MODEL_BROKEN = ErrorCode(
    "model.broken",
    "the model {model} cannot be used: {reason}",
    "Its files may be damaged: download them again.",
)
NOT_FINITE = ErrorCode(
    "model.not_finite",
    "the model {model} returned vectors that are not finite",
    "Its weights are damaged: download them again.",
)

# What it takes

FRAMES_REJECTED = ErrorCode(
    "frames.rejected",
    "the model {model} takes frames of {size}×{size} RGB bytes, not {dtype} of shape {shape}",
    "The preview was made for another model: make it again.",
)
FRAMES_TRUNCATED = ErrorCode(
    "frames.truncated", "{path} is cut short", "Delete the file and make the preview again."
)
FRAMES_MISCOUNTED = ErrorCode(
    "frames.miscounted",
    "{path} holds {found} frames, not {expected}",
    "Delete the file and make the preview again.",
)
FRAMES_INVALID = ErrorCode(
    "frames.invalid",
    "{path} holds no frames of {size}×{size} RGB bytes: {reason}",
    "The preview was made for another model: make it again.",
)
TEXT_EMPTY = ErrorCode("text.empty", "the text is empty", "Enter the words to search for.")
NOT_DRAWABLE = ErrorCode("demo.not_drawable", "there is no {kind} {name!r}", "One of: {known}.")


def as_unavailable(error: DampipeError) -> Unavailable:
    """The same error for a model that cannot be loaded: no file is at fault, and the model must not replace another."""
    unavailable = Unavailable(str(error), error.hint)
    unavailable.code, unavailable.parameters = error.code, error.parameters
    return unavailable
