"""Rows as a CSV or an Excel file; a cell that a spreadsheet would run as a formula is made plain text (B88)."""

import csv
import io
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import xlsxwriter

TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a cell begins with that a spreadsheet takes for a formula (OWASP, CSV injection)."""
_WIDTH = 24


@dataclass(slots=True)
class Sheet:
    """A header, and rows of text, numbers and days."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]] = field(default_factory=list)


def neutralise(text: str) -> str:
    """Return a text that no spreadsheet runs: an apostrophe before what looks like a formula, nothing invisible."""
    plain = "".join(character for character in text if character.isprintable() or character == "\t")
    return f"'{plain}" if plain.lstrip(" ").startswith(_DANGEROUS) else plain


def write_sheet(sheet: Sheet, format_: str) -> bytes:
    """Return the file's bytes; slow for many rows, so never on the event loop."""
    return _write_csv(sheet) if format_ == "csv" else _write_xlsx(sheet)


def _write_csv(sheet: Sheet) -> bytes:
    """UTF-8 with the mark by which Excel knows it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(sheet.columns)
    writer.writerows([_csv_cell(cell) for cell in row] for row in sheet.rows)
    return text.getvalue().encode("utf-8-sig")


def _csv_cell(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return neutralise(cell) if isinstance(cell, str) else cell


def _write_xlsx(sheet: Sheet) -> bytes:
    """Every text as text: no formula, no link, whatever it looks like."""
    file = io.BytesIO()
    options = {"in_memory": True, "constant_memory": False, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        page = book.add_worksheet()
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        page.freeze_panes(1, 0)
        page.set_column(0, len(sheet.columns) - 1, _WIDTH)
        for column, name in enumerate(sheet.columns):
            page.write_string(0, column, name, bold)
        for number, row in enumerate(sheet.rows, start=1):
            for column, cell in enumerate(row):
                _write_cell(page, number, column, cell, day)
        page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.columns) - 1)
    return file.getvalue()


def _write_cell(page: Any, row: int, column: int, cell: Any, day: Any) -> None:
    if isinstance(cell, str):
        page.write_string(row, column, neutralise(cell))
    elif isinstance(cell, datetime):
        page.write_datetime(row, column, cell, day)
    elif cell is not None:
        page.write_number(row, column, cell)
