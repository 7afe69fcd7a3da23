"""Cells of CSV files: what spreadsheets would change is written so that they do not, and comes back as it was."""

import codecs
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dampipe.features.metadata.csv.cells import (
    Delimiter,
    cell_of_values,
    defused,
    is_changed_by_spreadsheets,
    joined,
    restored,
    split,
    values_in,
)
from dampipe.features.metadata.csv.reader import CsvFile, Encoding
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.field import FieldType, MetadataField

HOSTILE = st.one_of(
    st.text(),
    st.text(alphabet="'\"|;,=+-@\t\r\n 0123456789./:eE<>", max_size=12),
    st.sampled_from(
        ["=1+1", "'=1+1", "''", "'007", "007", "<clear>", "'<CLEAR>", "|", '"', "a|b", "\t=x", "＝1"]
    ),
)


@given(HOSTILE)
def test_a_defused_cell_is_harmless_and_comes_back(text: str) -> None:
    cell = defused(text)
    assert restored(cell) == text
    assert not is_changed_by_spreadsheets(cell) or cell.startswith("'")
    assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@given(st.lists(HOSTILE.map(str.strip).filter(bool)))
def test_several_values_of_a_cell_come_back(values: list[str]) -> None:
    assert split(joined(values)) == values
    assert split(restored(defused(joined(values)))) == values


@pytest.mark.parametrize("text", ["=1", "+49", "-x", "@me", "\tx", "\rx", " =1", "007", "1.50", "1e5", "1/2", "2024-05",
                                  "2024-05-17", "10:30", "MAR1", "Mar-24", "1. Mai 2024", "TRUE", "wahr", "$5", "50%",
                                  "12345678901234567890", "1,000", "3:4", "(5)", "4 PM"])  # fmt: skip
def test_what_a_spreadsheet_changes_is_defused(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["12", "0", "beach", "'tis", "A001_C002", "3 people", "2024 in Rome", "Marble", "yes"]
)
def test_what_it_does_not_change_is_left(text: str) -> None:
    assert defused(text) == text


def test_numbers_have_the_decimal_mark_of_the_file() -> None:
    number = MetadataField("n", "N", FieldType.NUMBER)
    for delimiter, cell in ((Delimiter.COMMA, "-0.5"), (Delimiter.SEMICOLON, "-0,5")):
        assert cell_of_values(number, [-0.5], delimiter) == cell
        assert values_in(number, cell, delimiter) == ["-0.5"]
    assert values_in(number, "0,5", Delimiter.COMMA) == ["0,5"], (
        "which is not a number: it is refused, not guessed"
    )
    assert values_in(number, "1e-05", Delimiter.SEMICOLON) == ["1e-05"]


def test_quotes_that_do_not_match_are_refused() -> None:
    for cell in ('"a', '"a"b|c', 'x|"y'):
        with pytest.raises(InvalidInput):
            split(cell)
    assert split('|a||"" | b |') == ["a", "b"]
    assert split(" " * 100_000 + "x") == ["x"]


# ---- files

TEXT = 'asset.sha1{0}title{0}note\r\nabc{0}"für\nzwei"{0}"say ""no"""\r\n\r\n{0}{0}\r\ndef{0}€{0}\r\n'
ROWS = [(2, ["abc", "für\nzwei", 'say "no"']), (5, ["def", "€", ""])]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    "encoded",
    [
        lambda text: text.encode(),
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        lambda text: text.encode("utf-16-le"),
    ],
)
def test_files_of_spreadsheets_are_read(delimiter: str, encoded: object) -> None:
    file = CsvFile(io.BytesIO(encoded(TEXT.format(delimiter))))  # type: ignore[operator]
    assert file.columns == ["asset.sha1", "title", "note"]
    assert list(file.rows()) == ROWS
    assert list(file.rows()) == ROWS, "it is read as often as one likes"


def test_the_line_that_names_the_delimiter_and_other_ends_of_rows() -> None:
    for end in ("\n", "\r", "\r\n"):
        text = f"sep=;{end}title;asset.sha1{end}x,y;abc{end}"
        if end == "\r":
            text = text.removeprefix(f"sep=;{end}")
        file = CsvFile(io.BytesIO(text.encode()))
        assert (file.delimiter, list(file.rows())) == (Delimiter.SEMICOLON, [(2, ["x,y", "abc"])])


def test_cp1252_is_refused_clearly_and_read_where_it_is_named() -> None:
    data = TEXT.format(";").encode("cp1252")
    with pytest.raises(InvalidInput) as refused:
        CsvFile(io.BytesIO(data))
    assert str(refused.value) == "the file is not UTF-8: byte 0xFC in line 2 cannot be read"
    assert "cp1252" in refused.value.hint
    assert list(CsvFile(io.BytesIO(data), Encoding.CP1252).rows()) == ROWS
    with pytest.raises(InvalidInput) as cut:
        list(CsvFile(io.BytesIO(codecs.BOM_UTF16_LE + TEXT.format(",").encode("utf-16-le")[:-1])).rows())
    assert cut.value.code == "metadata.csv_encoding"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "metadata.csv_empty"),
        (b"\xef\xbb\xbf \r\n", "metadata.csv_empty"),
        (b"sha,title\r\nabc,x\r\n", "metadata.csv_no_assets"),
        (b'asset.sha1,title\r\nabc,"open\r\n', "metadata.csv_invalid"),
        (b'asset.sha1,title\r\nabc,"a"b\r\n', "metadata.csv_invalid"),
    ],
)
def test_what_is_no_such_file_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        list(CsvFile(io.BytesIO(data)).rows())
    assert refused.value.code == code


@given(st.lists(st.lists(HOSTILE.filter(lambda text: "\0" not in text), min_size=2, max_size=2), max_size=5),
       st.sampled_from(list(Delimiter)))  # fmt: skip
def test_any_text_passes_through_a_file(rows: list[list[str]], delimiter: Delimiter) -> None:
    import csv

    storable = [[cell.encode("utf-8", "replace").decode() for cell in row] for row in rows]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter.character, lineterminator="\r\n")
    writer.writerow(["asset.sha1", "title", "end"])
    writer.writerows([*map(defused, row), "."] for row in storable)
    read = CsvFile(io.BytesIO(codecs.BOM_UTF8 + text.getvalue().encode()))
    assert [[restored(cell) for cell in cells[:2]] for _, cells in read.rows()] == storable
