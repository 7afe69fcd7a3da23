"""The embedder over ONNX Runtime: any model that is published as a visual and a textual graph."""

from pathlib import Path

from dampipe.kernel.errors import DampipeError, InvalidInput, Permanent
from dampipe.vision.errors import OTHER_FRAMES, as_unavailable
from dampipe.vision.model_embedder import ModelEmbedder
from dampipe.vision.models import resolve_onnx
from dampipe.vision.onnx.graph import Graph
from dampipe.vision.onnx.layout import (
    CONTEXT_LENGTH,
    Preprocessing,
    TextSettings,
    read_preprocessing,
    read_text_settings,
)
from dampipe.vision.onnx.loaded import IDS, Loaded
from dampipe.vision.onnx.ref import OnnxRef
from dampipe.vision.onnx.tokenizer import TextTokenizer
from dampipe.vision.runtime_errors import translate


class OnnxEmbedder(ModelEmbedder[OnnxRef]):
    """Pictures and words to vectors with the two graphs of a model.

    threads: of each graph.
    """

    def __init__(
        self, model: str, device: str = "auto", threads: int | None = None, batch: int | None = None
    ) -> None:
        """model: see `dampipe.vision.models.resolve_onnx`, whose errors it raises."""
        super().__init__(resolve_onnx(model), device, threads, batch)

    def _load(self) -> Loaded:
        folder = self._ref.fetch()
        try:
            preprocessing, settings = self._read_configurations(folder)
            return self._open(folder, preprocessing, settings)
        except Permanent as error:
            # A model that cannot be loaded is not the fault of a file, and must not answer instead of an old one.
            raise as_unavailable(error) from error
        except DampipeError:
            raise
        except Exception as error:  # tokenizers raises plain Exception
            raise as_unavailable(translate(error, self._ref.name)) from error

    def _read_configurations(self, folder: Path) -> tuple[Preprocessing, TextSettings]:
        ref, layout = self._ref, self._ref.layout
        try:
            preprocessing = read_preprocessing(layout, folder / layout.preprocessing)
            settings = read_text_settings(layout, folder)
        except InvalidInput as error:
            raise as_unavailable(error) from error
        if preprocessing.spec != ref.spec:
            raise Permanent(OTHER_FRAMES, model=ref.name, required=preprocessing.spec, prepared=ref.spec)
        return preprocessing, settings

    def _open(self, folder: Path, preprocessing: Preprocessing, settings: TextSettings) -> Loaded:
        ref, layout = self._ref, self._ref.layout
        visual = Graph(folder / layout.visual, ref.name, self._device, self._threads)
        textual = Graph(folder / layout.textual, ref.name, self._device, self._threads)
        shape: list[int | str] = next(
            (textual.inputs[name].shape for name in IDS if name in textual.inputs), []
        )
        fixed = shape[1] if len(shape) == 2 and isinstance(shape[1], int) else None
        length = fixed or min(settings.context_length, CONTEXT_LENGTH)
        tokenizer = TextTokenizer.read(folder / layout.tokenizer, settings, length)
        return Loaded(visual, textual, tokenizer, preprocessing, self._batch)
