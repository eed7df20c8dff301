"""Rows as a CSV or an Excel file; a cell that a spreadsheet would run as a formula is made plain text (B88)."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""What a cell begins with that a spreadsheet takes for a formula (OWASP, CSV injection), in its plain form."""
_MINUS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe58\ufe63\uff0d", "-"))
_WIDTH = 24


def neutralise(text: str) -> str:
    """Return a text that no spreadsheet runs: an apostrophe before what looks like a formula, nothing invisible."""
    plain = "".join(character for character in text if character.isprintable() or character == "\t")
    # Some spreadsheets take a sign in another width (U+FF1D) for the sign itself.
    beginning = unicodedata.normalize("NFKC", plain.lstrip()[:1]).translate(_MINUS)
    return f"'{plain}" if plain[:1] == "\t" or beginning.startswith(_DANGEROUS) else plain


class Sheet(Protocol):
    """A file that is written page by page; each call takes a while."""

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows of text, numbers and days."""

    def finish(self) -> bytes:
        """Return the file's bytes."""


def open_sheet(columns: Sequence[str], format_: str, *, has_semicolons: bool = False) -> Sheet:
    """Begin a file with its header; slow like all the rest, so never on the event loop.

    `has_semicolons`: the reader's spreadsheet parts the columns of a CSV at semicolons.
    """
    return _CsvSheet(columns, ";" if has_semicolons else ",") if format_ == "csv" else _ExcelSheet(columns)


class _CsvSheet:
    """UTF-8 with the mark by which Excel knows it."""

    def __init__(self, columns: Sequence[str], delimiter: str) -> None:
        self._text = io.StringIO(newline="")
        self._writer = csv.writer(self._text, delimiter=delimiter)
        self._writer.writerow(columns)

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        self._writer.writerows([_csv_cell(cell) for cell in row] for row in rows)

    def finish(self) -> bytes:
        return self._text.getvalue().encode("utf-8-sig")


def _csv_cell(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return neutralise(cell) if isinstance(cell, str) else cell


class _TextSheet(Worksheet):  # type: ignore[misc]  # it has no types
    """A sheet whose rows become text as they come, in memory.

    As cells, a long list is hundreds of thousands of objects, and garbage collection looks through them while everybody
    waits. xlsxwriter's own way (`constant_memory`) puts the text into a file, where nobody's names should lie.
    """

    def _initialize(self, init_data: Any) -> None:
        super()._initialize(init_data)
        self.constant_memory = True
        self.row_data_fh = self.fh = io.StringIO()

    def _write_optimized_sheet_data(self) -> None:
        self._xml_start_tag("sheetData")
        self.fh.write(self.row_data_fh.getvalue())
        self._xml_end_tag("sheetData")


class _ExcelSheet:
    """Every text as text: no formula, no link, whatever it looks like."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._file = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(self._file, options)
        self._page = self._book.add_worksheet(worksheet_class=_TextSheet)
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._width, self._count = len(columns), 0
        self._page.freeze_panes(1, 0)
        self._page.set_column(0, self._width - 1, _WIDTH)
        bold = self._book.add_format({"bold": True})
        for column, name in enumerate(columns):
            self._page.write_string(0, column, name, bold)

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        for row in rows:
            self._count += 1
            for column, cell in enumerate(row):
                _write_cell(self._page, self._count, column, cell, self._day)

    def finish(self) -> bytes:
        self._page.autofilter(0, 0, max(self._count, 1), self._width - 1)
        self._book.close()
        return self._file.getvalue()


def _write_cell(page: Any, row: int, column: int, cell: Any, day: Any) -> None:
    if isinstance(cell, str):
        page.write_string(row, column, neutralise(cell))
    elif isinstance(cell, datetime):
        page.write_datetime(row, column, cell, day)
    elif cell is not None:
        page.write_number(row, column, cell)
