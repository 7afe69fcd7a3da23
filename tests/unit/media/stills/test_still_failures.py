"""Exceptions of decoders and the errors that they mean; each survives the way from the helper to its parent."""

import io
import json
import struct

import pytest
from PIL import Image, UnidentifiedImageError

from dampipe.kernel.errors import BadMedia, Unavailable
from dampipe.media.errors import STILL_DAMAGED
from dampipe.media.stills.failures import as_json, check_size, from_json, translate


class HeifError(Exception):
    """An exception of a library, unknown to the table."""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), "media.out_of_memory"),
        (RuntimeError("Allocating 603979791 bytes failed"), "media.out_of_memory"),
        (SyntaxError("not a TIFF file"), "media.still_damaged"),
        (struct.error("unpack requires 2 bytes"), "media.still_damaged"),
        (OSError("cannot identify image file"), "media.still_damaged"),
        (ValueError("Image size exceeds the security limit"), "media.picture_too_large"),
        (OSError("Unsupported BMP bitfields layout"), "media.still_unsupported"),
        (NotImplementedError("not implemented"), "media.still_unsupported"),
        (RuntimeError("Failed to decode frame 0: Decoding failed"), "media.not_decoded"),
        (HeifError("odd"), "media.not_decoded"),
        (HeifError(), "media.not_decoded"),
        (ModuleNotFoundError("No module named 'pi_heif'", name="pi_heif"), "media.package_missing"),
    ],
)
def test_translation(error: Exception, code: str) -> None:
    found = from_json(json.loads(json.dumps(as_json(translate(error)))))
    assert found.code == code
    assert isinstance(found, Unavailable if code == "media.package_missing" else BadMedia)
    assert str(found) == str(translate(error))


def test_the_words_of_an_unknown_exception_are_kept() -> None:
    assert str(translate(HeifError("odd"))) == "could not be decoded (HeifError: odd)"
    assert str(translate(HeifError())) == "could not be decoded (HeifError)"


def test_the_reason_of_an_unreadable_header_names_no_python_object() -> None:
    with pytest.raises(UnidentifiedImageError, match="BytesIO") as raised:
        Image.open(io.BytesIO(b"no header"))
    found = translate(raised.value)
    assert found.code == STILL_DAMAGED
    assert found.parameters == {"reason": "its header cannot be read"}


def test_sizes() -> None:
    check_size(16384, 16384)
    with pytest.raises(Exception, match="too large: 16385×16384, at most 268 megapixels"):
        check_size(16385, 16384)
