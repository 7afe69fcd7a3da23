"""Reads CSV files as spreadsheets write them: finds out the encoding and the delimiter, and counts rows as people do."""

import codecs
import csv
import io
from collections.abc import Iterator
from enum import StrEnum
from typing import BinaryIO

from dampipe.features.metadata.csv.cells import ASSET_COLUMN, Delimiter
from dampipe.features.metadata.errors import CSV_EMPTY, CSV_ENCODING, CSV_INVALID, CSV_NO_ASSETS
from dampipe.kernel.errors import InvalidInput

LONGEST_CELL = 40 << 20
"""Characters: more than the longest cell that an export writes."""
_HEADER = 1 << 20
"""Characters within which the first row ends."""
_BLOCK = 1 << 20


class Encoding(StrEnum):
    """How the characters of a file are written as bytes."""

    AUTO = "auto"
    """UTF-16 if the first bytes say so, else UTF-8."""
    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    CP1252 = "cp1252"
    """Of spreadsheets on Windows in Western Europe and America: nothing in a file says so."""
    MAC_ROMAN = "mac-roman"


class CsvFile:
    """An open file, read as often as one likes. Rows are counted from 1, as spreadsheets show them."""

    def __init__(self, file: BinaryIO, encoding: Encoding = Encoding.AUTO) -> None:
        """Read the first row. Raises InvalidInput (CSV_ENCODING, CSV_EMPTY, CSV_INVALID, CSV_NO_ASSETS)."""
        self._file = file
        self._codec = _codec_of(file, encoding)
        self.delimiter, self._skipped = self._form()
        first = next(self._records(), None)
        if first is None:
            raise InvalidInput(CSV_EMPTY)
        self._header, cells = first
        self.columns = [cell.strip().lower() for cell in cells]
        """Names of the columns, in lower case; an empty one has none."""

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The number of each row below the first, and its cells; empty rows are left out. Raises InvalidInput."""
        for number, cells in self._records():
            if number > self._header:
                yield number, cells

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
        with _text(self._file, self._codec) as text:
            for _ in range(self._skipped):
                text.readline()
            number = 0
            try:
                for cells in csv.reader(text, delimiter=self.delimiter.character, strict=True):
                    number += 1
                    if any(cell and not cell.isspace() for cell in cells):
                        yield number, cells
            except csv.Error as error:
                raise InvalidInput(CSV_INVALID, row=number + 1, problem=str(error)) from error
            except UnicodeError as error:
                raise _undecodable(self._file, self._codec) from error

    def _form(self) -> tuple[Delimiter, int]:
        """The delimiter, and how many lines stand before the first row: spreadsheets write `sep=;` there."""
        with _text(self._file, self._codec) as text:
            try:
                beginning = text.read(_HEADER)
            except UnicodeError as error:
                raise _undecodable(self._file, self._codec) from error
        if not beginning.strip():
            raise InvalidInput(CSV_EMPTY)
        first = beginning.splitlines()[0].strip().strip('"').lower()
        skipped = 1 if first.startswith("sep=") and len(first) <= 5 else 0
        stated = first[4:] if skipped else ""
        header = beginning.split("\n", 1)[-1] if skipped else beginning
        for one in sorted(Delimiter, key=lambda one: one.character != stated):
            try:
                rows = csv.reader(io.StringIO(header, newline=""), delimiter=one.character)
                cells = next((row for row in rows if any(map(str.strip, row))), [])
            except csv.Error:
                continue
            if ASSET_COLUMN in (cell.strip().lower() for cell in cells):
                return one, skipped
        raise InvalidInput(CSV_NO_ASSETS)


class _text:
    """The text of a file from its beginning; leaves the file open."""

    def __init__(self, file: BinaryIO, codec: str) -> None:
        file.seek(0)
        self._wrapper = io.TextIOWrapper(file, encoding=codec, newline="")

    def __enter__(self) -> io.TextIOWrapper:
        return self._wrapper

    def __exit__(self, *_: object) -> None:
        self._wrapper.detach()


def _codec_of(file: BinaryIO, encoding: Encoding) -> str:
    """The codec of a file; one of UTF-8 is read whole, so that nothing is imported before a byte that is not."""
    file.seek(0)
    beginning = file.read(4)
    if encoding is Encoding.AUTO:
        is_utf_16 = beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in beginning[:2]
        encoding = Encoding.UTF_16 if is_utf_16 else Encoding.UTF_8
    if encoding is Encoding.UTF_16 and not beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16-le" if beginning[1:2] == b"\0" else "utf-16-be"
    codec = "utf-8-sig" if encoding is Encoding.UTF_8 else str(encoding)
    if encoding is Encoding.UTF_8:
        decoder = codecs.getincrementaldecoder("utf-8")()
        file.seek(0)
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise _undecodable(file, "utf-8") from error
    return codec


def _undecodable(file: BinaryIO, codec: str) -> InvalidInput:
    """The error about a file with the first bytes that a codec cannot read."""
    decoder = codecs.getincrementaldecoder("utf-8" if codec == "utf-8-sig" else codec)()
    file.seek(0)
    line, byte = 1, 0
    while block := file.read(1 << 16):
        try:
            line += decoder.decode(block).count("\n")
        except UnicodeDecodeError as error:
            read = error.object[: error.start].decode(codec, "replace")
            line, byte = line + read.count("\n"), error.object[error.start]
            break
    return InvalidInput(
        CSV_ENCODING, encoding=codec.removesuffix("-sig").upper(), line=line, byte=f"0x{byte:02X}"
    )
