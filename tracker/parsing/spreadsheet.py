"""Reads the cells of a spreadsheet (xlsx) as text, within bounds."""

from __future__ import annotations

import io
import warnings
import zipfile
from datetime import datetime

from tracker.errors import ParseError
from tracker.text import fold_space

MAX_BYTES = 100_000_000  # unpacked
MAX_CELLS = 2_000_000
SIGNATURE = b"PK\x03\x04"

Sheet = list[list[str]]


def sheets(data: bytes, name: str) -> dict[str, Sheet]:
    """Return the rows of each sheet, cells as text without spaces at the ends; a day in ISO. Raises ParseError."""
    try:
        return _sheets(data, name)
    except ParseError:
        raise
    except Exception as error:  # of a damaged file the library and its decoders raise anything
        raise ParseError(
            f"{name}: this spreadsheet cannot be read: {error}", cure="it may be cut off: fetch it again"
        ) from error


def _sheets(data: bytes, name: str) -> dict[str, Sheet]:
    import openpyxl

    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        size = sum(entry.file_size for entry in packed.infolist())
    if size > MAX_BYTES:
        raise ParseError(f"{name}: {size:,} bytes unpacked are over the bound of {MAX_BYTES:,}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that carry no words
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        found: dict[str, Sheet] = {}
        count = 0
        for sheet in book.worksheets:
            rows: Sheet = []
            for row in sheet.iter_rows(values_only=True):
                count += len(row)
                if count > MAX_CELLS:
                    raise ParseError(f"{name}: over {MAX_CELLS:,} cells")
                rows.append([_text(cell) for cell in row])
            found[str(sheet.title)] = rows
        book.close()
    return found


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (
            value.isoformat()[:10]
            if (value.hour, value.minute, value.second) == (0, 0, 0)
            else value.isoformat(" ")
        )
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return fold_space(str(value))
