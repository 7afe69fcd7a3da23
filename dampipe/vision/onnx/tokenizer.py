"""Texts to token ids by a tokenizer.json, as the textual graph takes them."""

import html
import string
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dampipe.vision.onnx.layout import Cleaning, TextSettings

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Ids = NDArray[np.int64]
"""Shape (texts, context length)."""

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def clean(text: str, how: Cleaning) -> str:
    """The text as open_clip cleans it before it is tokenized; "none" collapses white space only.

    >>> clean("A &amp;amp;  RED\\tcircle", "lower"), clean("don't_stop", "canonicalize")
    ('a & red circle', 'dont stop')
    """
    if how != "none":
        import ftfy  # 30 ms, and only for words

        text = html.unescape(html.unescape(ftfy.fix_text(text)))
    if how == "canonicalize":
        text = text.strip().replace("_", " ").translate(_NO_PUNCTUATION).lower()
    text = " ".join(text.split())
    return text.lower() if how == "lower" else text


class TextTokenizer:
    """Cleans, tokenizes, cuts and pads texts to the context length of a model."""

    def __init__(self, tokenizer: "Tokenizer", settings: TextSettings, context_length: int) -> None:
        """context_length: of the graph, where that is fixed; it wins over the settings."""
        self._tokenizer = tokenizer
        self._clean = settings.clean
        self._length = context_length
        padding = tokenizer.padding or {}
        named = tokenizer.token_to_id(settings.pad) if settings.pad else None
        self._pad = int(padding.get("pad_id", 0) if named is None else named)
        tokenizer.no_padding()
        tokenizer.enable_truncation(context_length)

    @classmethod
    def read(cls, path: Path, settings: TextSettings, context_length: int) -> "TextTokenizer":
        """From a tokenizer.json. Raises what the package tokenizers raises for one that is broken."""
        from tokenizers import Tokenizer

        return cls(Tokenizer.from_file(str(path)), settings, context_length)

    def encode(self, texts: list[str]) -> tuple[Ids, Ids]:
        """(token ids, mask): the mask is 1 for the tokens of the text and 0 for the padding."""
        ids = np.full((len(texts), self._length), self._pad, np.int64)
        mask = np.zeros_like(ids)
        for row, text in enumerate(texts):
            found = self._tokenizer.encode(clean(text, self._clean)).ids
            ids[row, : len(found)] = found
            mask[row, : len(found)] = 1
        return ids, mask
