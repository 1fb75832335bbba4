"""Writes small PDF files: paragraphs of text on letter-size pages, so that the demo's PDFs are real ones."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

_WIDTH = 92  # characters of 10-point Helvetica that always fit between the margins
_LINES = 52


def pdf(paragraphs: Sequence[str]) -> bytes:
    """Return a PDF 1.4 file with the paragraphs, in Latin-1 (other characters become `?`); text can be copied
    out of it. The same paragraphs always give the same bytes.
    """
    lines: list[str] = []
    for paragraph in paragraphs:
        lines += [*textwrap.wrap(" ".join(paragraph.split()), _WIDTH), ""]
    pages = [lines[start : start + _LINES] for start in range(0, len(lines), _LINES)] or [[]]
    first = 4  # objects: 1 catalog, 2 pages, 3 font, then a page and its text alternately
    kids = " ".join(f"{first + 2 * index} 0 R" for index in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for index, page in enumerate(pages):
        text = _stream(page)
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {first + 2 * index + 1} 0 R >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text))
    return _file(objects)


def _stream(lines: Sequence[str]) -> bytes:
    out = [b"BT /F1 10 Tf 13 TL 54 738 Td"]
    for line in lines:
        printed = line.encode("cp1252", "replace")
        for char in (b"\\", b"(", b")"):
            printed = printed.replace(char, b"\\" + char)
        out.append(b"(%s) Tj T*" % printed)
    return b"\n".join([*out, b"ET"])


def _file(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for offset in offsets:
        out += b"%010d 00000 n \n" % offset
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
