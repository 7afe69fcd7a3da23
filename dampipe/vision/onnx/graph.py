"""One ONNX graph, loaded: its inputs as it declares them, its output as vectors of length 1."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dampipe.kernel.errors import Permanent, Unavailable
from dampipe.vision.base import Vectors
from dampipe.vision.errors import DEVICE_UNSUPPORTED, GRAPH_UNSUPPORTED, NOT_FINITE, as_unavailable
from dampipe.vision.onnx.devices import CUDA, providers
from dampipe.vision.runtime_errors import translate

EMBEDDINGS = ("image_embedding", "image_embeds", "text_embedding", "text_embeds", "pooler_output")
"""Names of the output that holds the vectors, where a graph has several outputs."""

_TYPES: dict[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(uint8)": np.uint8,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
}


class Graph:
    """A graph that computes one vector for each row of its inputs."""

    def __init__(self, path: Path, model: str, device: str, threads: int | None) -> None:
        """threads: of this graph; None for one a core. Raises `Unavailable` for a graph that cannot be used."""
        self._path = path
        self._model = model
        self._session = _open(path, model, device, threads)
        self.inputs: dict[str, Any] = {one.name: one for one in self._session.get_inputs()}
        """What the graph takes, by name, as ONNX Runtime describes it: `shape` and `type`."""
        self._output = self._find_output()
        fixed = {one.shape[0] for one in self.inputs.values() if isinstance(one.shape[0], int)}
        self._fixed = fixed.pop() if len(fixed) == 1 else None
        """Rows that the graph takes at a time, where it takes no other number."""

    @property
    def on_cuda(self) -> bool:
        """Whether a GPU computes."""
        return bool(self._session.get_providers()[0] == CUDA)

    def dtype(self, name: str) -> type[np.generic]:
        """The element type of an input. Raises `Unavailable` for one that is not supported."""
        declared = self.inputs[name].type
        if declared not in _TYPES:
            raise self.unsupported(f"its input {name} is {declared}")
        return _TYPES[declared]

    def unsupported(self, reason: str) -> Unavailable:
        """An error for a graph that asks for what dampipe does not offer."""
        return Unavailable(GRAPH_UNSUPPORTED, path=self._path, model=self._model, reason=reason)

    def run(self, feeds: Mapping[str, NDArray[Any]]) -> Vectors:
        """Vectors of all rows at once. Raises `Transient` where memory runs out, `Permanent` for any other failure."""
        count = len(next(iter(feeds.values())))
        if self._fixed is None or count == self._fixed:
            return self._run(feeds)
        parts = []
        for begin in range(0, count, self._fixed):
            part = {name: values[begin : begin + self._fixed] for name, values in feeds.items()}
            held = len(next(iter(part.values())))
            filled = {name: _filled(values, self._fixed) for name, values in part.items()}
            parts.append(self._run(filled)[:held])
        return np.concatenate(parts)

    def _run(self, feeds: Mapping[str, NDArray[Any]]) -> Vectors:
        try:
            rows = self._session.run([self._output], dict(feeds))[0].astype(np.float32, copy=False)
        except Exception as error:  # ONNX Runtime's exceptions have no common base but Exception
            raise translate(error, self._model) from error
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        vectors: Vectors = rows / np.maximum(lengths, 1e-12)
        if not np.isfinite(vectors).all():
            raise Permanent(NOT_FINITE, model=self._model)
        return vectors

    def _find_output(self) -> str:
        flat = [one.name for one in self._session.get_outputs() if len(one.shape) == 2]
        named = [name for name in EMBEDDINGS if name in flat]
        if not named and len(flat) != 1:
            raise self.unsupported(f"its outputs are {[one.name for one in self._session.get_outputs()]}")
        return named[0] if named else flat[0]


def _open(path: Path, model: str, device: str, threads: int | None) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads or 0
    options.inter_op_num_threads = 1
    # Threads that spin while they wait take the processor from ffmpeg and from the other workers.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # The arena keeps as much memory as the largest batch took, for good; without it the same work takes as long.
    options.enable_cpu_mem_arena = False
    wanted = providers(device)
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=wanted)
    except Exception as error:  # see above
        problem = translate(error, model)
        raise (as_unavailable(problem) if isinstance(problem, Permanent) else problem) from error
    if device.startswith("cuda") and session.get_providers()[0] != CUDA:
        raise Unavailable(DEVICE_UNSUPPORTED, device=device)
    return session


def _filled(values: NDArray[Any], rows: int) -> NDArray[Any]:
    """The values with rows of zeros appended up to that many."""
    missing = rows - len(values)
    return (
        np.concatenate([values, np.zeros((missing, *values.shape[1:]), values.dtype)]) if missing else values
    )
