"""Exports the tiny model to ONNX, beside its weights: `python -m dampipe.vision.tiny.export_onnx`, some seconds.

The files are laid out as `dampipe.vision.onnx.layout.OPEN_CLIP` says. The visual graph takes bytes and normalises them
itself. The tokenizer knows the words of the training alone; open_clip reads it, too. Run the exporter again whenever
`weights/` changes: a test compares the vectors.
"""

import argparse
import json
import warnings
from pathlib import Path
from typing import Any

import onnx
import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from dampipe.vision.onnx.layout import OPEN_CLIP
from dampipe.vision.tiny import FOLDER
from dampipe.vision.tiny.words import WORDS
from dampipe.vision.torchvision_compat import import_open_clip

OPSET = 18

SPLIT = r"[\p{L}]+|[\p{N}]|[\x{E000}-\x{F8FF}]|[^\s\p{L}\p{N}]+"
"""A word: letters, one digit, or signs."""
PAD, UNKNOWN = "<pad>", "<unk>"
_PRIVATE_USE = 0xE000


class _Visual(torch.nn.Module):
    """Bytes, shape (batch, height, width, 3), to vectors."""

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, model: Any, mean: list[float], std: list[float]) -> None:
        super().__init__()
        self.model = model
        self.register_buffer("mean", torch.tensor(mean) * 255)
        self.register_buffer("std", torch.tensor(std) * 255)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        pixels = (image.to(torch.float32) - self.mean) / self.std
        vectors: torch.Tensor = self.model.encode_image(pixels.permute(0, 3, 1, 2), normalize=True)
        return vectors


class _Textual(torch.nn.Module):
    """Token ids, shape (batch, context length), to vectors."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, text: torch.Tensor) -> torch.Tensor:
        vectors: torch.Tensor = self.model.encode_text(text, normalize=True)
        return vectors


class _Embedding(torch.nn.Module):
    """A table of token vectors in which all tokens whose vector is zero share one row.

    Tokens that no caption of the training had are zero (see `train.py`): 46 of 49,408 are not.
    """

    rows: torch.Tensor
    table: torch.Tensor

    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        known = weight.abs().sum(1).nonzero().flatten()
        rows = torch.zeros(len(weight), dtype=torch.uint8)
        rows[known] = torch.arange(1, len(known) + 1, dtype=torch.uint8)
        self.register_buffer("rows", rows)
        self.register_buffer("table", torch.cat([torch.zeros(1, weight.shape[1]), weight[known]]))

    def forward(self, text: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.table[self.rows[text].to(torch.int64)]
        return found


def export(folder: Path) -> None:
    """Write both graphs, the tokenizer and their configurations into a folder that holds the weights."""
    open_clip = import_open_clip()
    source = f"local-dir:{folder}"
    model = open_clip.create_model(source).eval()
    config = open_clip.get_model_config(source)
    preprocessing = open_clip.get_model_preprocess_cfg(model)
    size = preprocessing["size"]
    with torch.no_grad():
        model.token_embedding = _Embedding(model.token_embedding.weight)
        frames = torch.zeros(2, size, size, 3, dtype=torch.uint8)
        _write(
            _Visual(model, preprocessing["mean"], preprocessing["std"]),
            frames,
            ("image", "image_embedding"),
            folder / OPEN_CLIP.visual,
        )
        texts = torch.zeros(2, config["text_cfg"]["context_length"], dtype=torch.int64)
        _write(_Textual(model), texts, ("text", "text_embedding"), folder / OPEN_CLIP.textual)
    tokenizer = tokenizer_of(open_clip.tokenizer.SimpleTokenizer())
    tokenizer.save(str(folder / OPEN_CLIP.tokenizer), pretty=False)
    _write_json(folder / OPEN_CLIP.config, config)
    _write_json(folder / OPEN_CLIP.preprocessing, preprocessing)
    _write_json(
        folder / OPEN_CLIP.tokenizer_config, {"pad_token": PAD}
    )  # its id is 0, with which open_clip pads


def tokenizer_of(simple: Any) -> Tokenizer:
    """A tokenizer of the model's own words, of which each has the token ids that CLIP's tokenizer gives it.

    Every other word becomes one unknown token. All tokens without a word of the training have a zero vector, so an
    unknown word says as little to the model as it did to CLIP's tokens. Texts must be cleaned before.
    """
    ids = {word: simple.encode(word) for word in sorted(WORDS)}
    names = {0: PAD, 1: UNKNOWN} | {one[0]: word for word, one in ids.items() if len(one) == 1}
    compounds = []
    for word, several in ids.items():
        if len(several) > 1:  # the parts that are not words themselves get characters of the private use area
            parts = [names.setdefault(part, chr(_PRIVATE_USE + len(names))) for part in several]
            compounds.append(normalizers.Replace(Regex(rf"\b{word}\b"), " ".join(parts)))
    begin, end = (simple.decoder[number] for number in simple.all_special_ids)
    names |= {simple.sot_token_id: begin, simple.eot_token_id: end}
    vocabulary = {name: number for number, name in names.items()}  # a token has one name, or it is not saved
    tokenizer = Tokenizer(models.WordLevel(vocab=vocabulary, unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Sequence(compounds)
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(SPLIT), "removed", invert=True)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        special_tokens=[(begin, simple.sot_token_id), (end, simple.eot_token_id)],
    )
    return tokenizer


def _write(module: torch.nn.Module, example: torch.Tensor, names: tuple[str, str], path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter's own workings
        program = torch.onnx.export(
            module,
            (example,),
            input_names=[names[0]],
            output_names=[names[1]],
            opset_version=OPSET,
            dynamo=True,
            dynamic_shapes=({0: torch.export.Dim("batch")},),
            verbose=False,
        )
    assert program is not None
    proto = program.model_proto
    for node in proto.graph.node:
        node.ClearField("metadata_props")  # paths of this machine
    onnx.checker.check_model(proto)
    onnx.save(proto, path)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n")


def main() -> None:
    """Command line: which folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    export(parser.parse_args().folder)


if __name__ == "__main__":
    main()
