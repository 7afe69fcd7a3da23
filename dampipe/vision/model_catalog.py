"""The models that open_clip can fetch by name, as a table that is read without importing torch.

`model_catalog.json` is written from open_clip's own lists by `python -m dampipe.vision.build_model_catalog`;
a test fails when the installed open_clip differs. (Guessing by family does not do: DFN squashes at one size, crops at
another.)
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from dampipe.vision.base import FrameSpec

ONNX_EXPORTS = {
    "ViT-B-32/laion2b_s34b_b79k": "immich-app/ViT-B-32__laion2b-s34b-b79k",
    "ViT-L-14/laion2b_s32b_b82k": "immich-app/ViT-L-14__laion2b-s32b-b82k",
    "ViT-H-14/laion2b_s32b_b79k": "immich-app/ViT-H-14__laion2b-s32b-b79k",
    "ViT-B-32-SigLIP2-256/webli": "immich-app/ViT-B-32-SigLIP2-256__webli",
    "ViT-B-16-SigLIP2/webli": "immich-app/ViT-B-16-SigLIP2__webli",
    "ViT-L-16-SigLIP2-256/webli": "immich-app/ViT-L-16-SigLIP2-256__webli",
}
"""Hub repositories that hold the same weights as ONNX graphs, by open_clip's name: their vectors are interchangeable."""

TABLE = Path(__file__).parent / "model_catalog.json"


class KnownModel(BaseModel):
    """One pretrained model."""

    model_config = ConfigDict(frozen=True)

    hub: str
    """Where its weights are, an address as `dampipe.vision.hub` takes it; with "@" and a commit, if that is known."""
    spec: FrameSpec
    needs: str = ""
    """A package that its tokenizer needs and dampipe does not bring."""


def needs_of(model: dict[str, Any]) -> str:
    """The package that open_clip's configuration of a model asks for beyond its own."""
    text = model.get("text_cfg", {})
    return "transformers" if text.get("hf_tokenizer_name") or text.get("hf_model_name") else ""


def spec_of(size: Any, preprocess: dict[str, Any]) -> FrameSpec | None:
    """open_clip's words for preparing a frame in ours; None where there are none (padding, oblong inputs)."""
    across = size[0] if isinstance(size, list | tuple) else size
    square = not isinstance(size, list | tuple) or len(set(size)) == 1
    resize, interpolation = (
        preprocess.get("resize_mode", "shortest"),
        preprocess.get("interpolation", "bicubic"),
    )
    if not square or resize not in ("shortest", "squash") or interpolation not in ("bicubic", "bilinear"):
        return None
    return FrameSpec(int(across), "crop" if resize == "shortest" else "squash", interpolation)


@cache
def known_models() -> dict[str, KnownModel]:
    """All of them, by "name/tag"."""
    table = json.loads(TABLE.read_text())
    return {name: KnownModel.model_validate(row) for name, row in table.items()}
