"""Files of Excel and OpenDocument from rows of values.

Takes sheets as lists of rows, gives bytes. Knows nothing of truth beyond the values of columns.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

from tests.core.messy.truth import Col

Rows = list[list[Any]]


def _put(sheet: Any, row: int, place: int, value: Any) -> None:
    if isinstance(value, str) and value.startswith("#") and value.isupper():
        sheet.write_formula(row, place, "=1/0", None, value)  # an error as Excel last worked it out
    elif value is not None:
        sheet.write(row, place, value)


def book(sheets: dict[str, Rows], change: Callable[[Any], None] | None = None, **options: Any) -> bytes:
    """An Excel file; `change` may alter it before it is closed."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, **options}
    file = io.BytesIO()
    made = xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd", "nan_inf_to_errors": True, **options})
    made.set_properties({"created": datetime(2026, 1, 1)})  # otherwise the time of day
    for name, rows in sheets.items():
        sheet = made.add_worksheet(name)
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                _put(sheet, number, place, value)
    if change:
        change(made)
    made.close()
    return file.getvalue()


def rows_of(columns: Sequence[Col]) -> Rows:
    """Names and values as a sheet holds them."""
    return [[column.name for column in columns], *map(list, zip(*(column.values for column in columns), strict=True))]


def _xml(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, bool):
        kind, text = f'boolean" office:boolean-value="{str(value).lower()}', str(value).upper()
    elif isinstance(value, datetime):
        kind, text = f'date" office:date-value="{value:%Y-%m-%d}', f"{value:%d.%m.%y}"
    elif isinstance(value, (int, float)):
        kind, text = f'float" office:value="{value}', str(value)
    else:
        kind, text = "string", escape(value)
    return f'<table:table-cell office:value-type="{kind}"><text:p>{text}</text:p></table:table-cell>'


def open_document(sheets: dict[str, Rows]) -> bytes:
    """An OpenDocument file."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    names = "".join(f' xmlns:{each}="{space}:{each}:1.0"' for each in ("office", "table", "text"))
    tables = "".join(
        f'<table:table table:name="{name}">'
        + "".join(f"<table:table-row>{''.join(map(_xml, row))}</table:table-row>" for row in rows if row)
        + '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="9"/>'
        "</table:table-row></table:table>"
        for name, rows in sheets.items()
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    content = f"<office:document-content{names}><office:body><office:spreadsheet>{tables}</office:spreadsheet>"
    entry = '<manifest:file-entry manifest:full-path="{}" manifest:media-type="{}"/>'
    manifest = f'<manifest:manifest xmlns:manifest="{space}:manifest:1.0">{entry.format("/", kind)}'
    parts = {
        "mimetype": kind,
        "content.xml": content + "</office:body></office:document-content>",
        "META-INF/manifest.xml": manifest + entry.format("content.xml", "text/xml") + "</manifest:manifest>",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return file.getvalue()
