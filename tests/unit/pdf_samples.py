"""Minimal PDF files, written by hand."""

from __future__ import annotations

Placed = tuple[float, float, float, str]  # from the left, from the bottom, size, text


def pdf(*pages: list[str], encrypt: bool = False) -> bytes:
    """One PDF, each page a list of lines of Latin text."""
    contents = [
        "BT /F1 10 Tf 14 TL 50 760 Td " + " ".join(f"({_escaped(line)}) Tj T*" for line in lines) + " ET"
        for lines in pages
    ]
    return _file(contents, encrypt=encrypt)


def placed(*pages: list[Placed], turned: tuple[str, ...] = ()) -> bytes:
    """The same, each piece of text at its place and in its order; `turned` are lines at the margin of each page."""
    contents = []
    for pieces in pages:
        drawn = [f"/F1 {size} Tf 1 0 0 1 {x} {y} Tm ({_escaped(text)}) Tj" for x, y, size, text in pieces]
        drawn += [f"/F1 6 Tf 0 1 -1 0 20 300 Tm ({_escaped(text)}) Tj" for text in turned]
        contents.append(f"BT {' '.join(drawn)} ET")
    return _file(contents)


def drawn(content: str) -> bytes:
    """One page of PDF operators."""
    return _file([content])


def _file(contents: list[str], *, encrypt: bool = False) -> bytes:
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    kids = []
    for text in contents:
        content = text.encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R /Resources << /Font << /F1 %s >> >> >>"
            % (len(objects), font)
        )
        kids.append(len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (
        len(kids),
        b" ".join(b"%d 0 R" % kid for kid in kids),
    )
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    lock = (
        b" /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >> /ID [<00> <00>]"
        % (b"ab" * 32, b"cd" * 32)
        if encrypt
        else b""
    )
    out += b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        lock,
        start,
    )
    return bytes(out)


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
