"""A docket of Regulations.gov becomes one unit per document; the days are those of Washington."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest

from tests.recorded import recorded
from tests.unit.sources_fakes import START
from tracker import parsing
from tracker.model import Document, DocumentKind, Fetched, HttpResponse, ResourceType, UnitKind
from tracker.text import CELL_GAP

URL = "https://api.regulations.gov/v4/dockets/X"


def read(key: str, value: Any, role: ResourceType = ResourceType.DOCKET, words: str = "") -> Document:
    body = json.dumps(value).encode()
    return parsing.read(Fetched(key, role, HttpResponse(URL, 200, (), body, START), {"words": words}))


def record(name: str, **attributes: Any) -> dict[str, Any]:
    return {"id": name, "attributes": attributes}


def test_a_comment_period_ends_on_the_day_of_washington() -> None:
    document = record(
        "BIS-2022-0023-0007",
        documentType="Proposed Rule",
        title="Instruments for the Automated Chemical Synthesis of Peptides",
        postedDate="2023-04-20T04:00:00Z",
        commentStartDate="2023-04-20T04:00:00Z",
        commentEndDate="2023-05-23T03:59:59Z",
        frDocNum="2023-08269",
    )
    docket = record("BIS-2022-0023", title="Section 1758 Controls", agencyId="BIS")
    read_ = read(
        "BIS-2022-0023", {"docket": docket, "documents": [document], "comments": {document["id"]: 10}}
    )
    assert (read_.kind, read_.title, read_.citation) == (
        DocumentKind.DOCKET,
        "Section 1758 Controls",
        "BIS-2022-0023",
    )
    assert str(read_.comments_close_on) == "2023-05-22"
    assert read_.url == "https://www.regulations.gov/docket/BIS-2022-0023"
    (row,) = (unit for unit in read_.units if unit.kind is UnitKind.ROW)
    assert row.text.split(CELL_GAP)[3:] == [
        "Posted: 2023-04-20",
        "Comments: 2023-04-20 to 2023-05-22",
        "Federal Register: FR Doc. 2023-08269",
        "Comments received: 10 or more",
    ]


@pytest.mark.parametrize("words", ["vacuum valve", "3B001, vacuum valve", ""])
def test_a_comment_shows_the_words_around_the_searched_one(words: str) -> None:
    text = "We are a firm. " * 60 + "Please exempt each vacuum valve.<br/>Thank you." + " More." * 90
    found = read("comment/X-1-1", record("X-1-1", comment=text, title="Comment"), ResourceType.COMMENT, words)
    assert ("vacuum valve" in found.abstract) == bool(words)
    assert len(found.units) == 2


def test_every_recorded_document_can_be_read() -> None:
    dockets = defaultdict(list)
    for one in json.loads(recorded("regulations-gov/bis-ita-documents-2005-2023.json.xz")):
        dockets[one["attributes"]["docketId"]].append(one)
    ends = 0
    for name, documents in dockets.items():
        found = read(name, {"docket": record(name), "documents": documents, "comments": {}})
        assert sum(unit.kind is UnitKind.ROW for unit in found.units) == len(documents)
        ends += found.comments_close_on is not None
    assert ends > 100
