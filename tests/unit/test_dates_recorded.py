"""The recorded dates: eight records whose dates other programs read wrongly, and the days of presidential actions."""

from __future__ import annotations

import json
from datetime import date

from bench.eval_effective_days import pages, score
from tests.recorded import recorded
from tracker.classification import classify
from tracker.parsing.fr_record import fr_document

TODAY = date(2026, 11, 20)


def test_dates_that_other_programs_read_wrongly_are_read() -> None:
    rows = json.loads(recorded("cases/dates/records.json"))["results"]
    found = {row["document_number"]: classify(fr_document(row), today=TODAY) for row in rows}

    def days(number: str, kind: str, *, superseded: bool = False) -> list[str]:
        entries = found[f"2026-{number}"].dates
        return [
            entry.date.isoformat()
            for entry in entries
            if entry.type == kind and entry.superseded is superseded
        ]

    def states(number: str) -> list[tuple[str, str, str, tuple[str, ...]]]:
        return [(s.state, str(s.since), str(s.until), s.units) for s in found[f"2026-{number}"].status]

    for number, day in (("30101", "2027-03-31"), ("30102", "2027-05-03"), ("30105", "2027-03-31")):
        assert days(number, "compliance") == [day]
        assert days(number, "expires") == []
        assert ("in-force", "2026-12-04", "None", ()) in states(number)
    assert days("30103", "effective") == ["2027-05-03"]
    assert days("30103", "effective", superseded=True) == ["2027-02-01"]
    assert ("published", "2026-11-20", "2027-05-02", ()) in states("30103")
    assert days("30104", "effective") == ["2026-12-04"]
    assert ("in-force", "2026-12-04", "None", ()) in states("30104")
    assert ("delayed", "2026-11-20", "None", ("instruction 3",)) in states("30104")
    assert not any(state == "delayed" and not units for state, _, _, units in states("30104"))
    assert days("30106", "effective") == ["2026-12-04"]
    assert days("30107", "effective") == ["2026-12-20"]
    assert days("30108", "effective") == ["2026-12-04"]
    assert days("30108", "expires") == ["2027-03-31"]
    assert ("in-force", "2026-12-04", "2027-03-31", ()) in states("30108")


def test_the_effective_days_of_presidential_actions_are_found() -> None:
    recorded("white-house/facts.json.xz")
    found = score(pages())
    assert found.wanted > 30
    assert found.found == found.wanted, found.misses
    assert found.false_share < 0.03, found.misses
    assert found.times_right == found.timed, found.misses
