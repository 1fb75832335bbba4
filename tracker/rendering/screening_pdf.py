"""The result of a check of partners as a PDF: rows are plain words, escaped here."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.errors import UsageError
from tracker.model import Language
from tracker.rendering.print_pdf import printed_page, render_pdf, safe

_WIDE = "<style>@page { size: A4 landscape; } td, th { overflow-wrap: normal; }</style>"
MOST = 3_000  # rows: a longer PDF takes minutes


def screening_pdf(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str], language: Language
) -> bytes:
    """Return a table with notes above it. Raises UsageError without the extra `pdf`, and for more than `MOST` rows."""
    if len(rows) > MOST:
        raise UsageError(f"{len(rows)} rows are too many for a PDF, which has {MOST} at most", cure="use CSV")
    head = "".join(f"<th>{safe(one)}</th>" for one in heads)
    body = "".join(f"<tr>{''.join(f'<td>{safe(one)}</td>' for one in row)}</tr>" for row in rows)
    lines = "".join(f'<p class="hash">{safe(note)}</p>' for note in notes)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if rows else ""
    return render_pdf(printed_page(title, f"{_WIDE}<h1>{safe(title)}</h1>{lines}{table}", language))
