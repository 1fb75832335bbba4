"""The tool that says which duty a line of the tariff schedule pays on a day."""

from __future__ import annotations

from typing import Any

from tracker.answers.duty import duty_on, duty_to_json, origin_of
from tracker.errors import UsageError
from tracker.mcp.answering import Answers, day_of
from tracker.mcp.sizes import fit
from tracker.mcp.source_words import delimited

_NUMBER, _ORIGIN = 20, 60  # characters
_BYTES = 40_000


def duty(answers: Answers, hts: str, origin: str, on: str) -> dict[str, Any]:
    if not hts.strip() or len(hts) > _NUMBER or len(origin) > _ORIGIN:
        raise UsageError("hts: an HTS number of 4 to 10 digits is needed")
    place = origin_of(origin or "JP")
    with answers.answering() as made:
        day = day_of(on, "on") or answers.context.today()
        answer = duty_on(made.connection, hts, place, day)
        found = duty_to_json(answer)
        if answer.release is not None:
            made.cite(
                release=answer.release.name, since=answer.release.since.isoformat(), url=answer.release.url
            )
        for one in answer.duty.additional:
            if one.register is not None and one.register.document_number:
                made.cite(heading=one.row.number, document_number=one.register.document_number)
        if found["open"]:
            made.leave_open("duty-not-determined", questions=len(found["open"]))
        if found["if_declared"] or any(one["unless"] for one in found["additional"]):
            made.leave_open("facts-of-the-entry")
        return made.answer("duty", duty=fit(delimited(found), _BYTES, made.cuts, "duty"))
