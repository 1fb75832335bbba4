"""The recorded edits in place of White House pages: a comparison reports those of substance, and no furniture."""

from __future__ import annotations

import csv
import io

from tests.recorded import recorded
from tracker import diffing
from tracker.model import Document, DocumentKind
from tracker.parsing.page import read_page

FOLDER = "white-house"


def document(name: str) -> Document:
    page = read_page(recorded(f"{FOLDER}/edits/{name}.html.xz"), f"{name}.html")
    return Document("k", DocumentKind.PAGE, page.title, "", page.units)


def test_each_pair_is_reported_as_in_its_table() -> None:
    rows = list(csv.DictReader(io.StringIO(recorded(f"{FOLDER}/edits.tsv").decode()), delimiter="\t"))
    assert len(rows) == 24
    found = {}
    for row in rows:
        old, new = (document(f"{row['pair']}.{side}") for side in ("before", "after"))
        found[row["pair"]] = "yes" if diffing.substantive(diffing.compare(old, new)) else "no"
    wrong = [row["pair"] for row in rows if row["found"] not in ("either", found[row["pair"]])]
    assert wrong == []
