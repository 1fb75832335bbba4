"""The tool that checks a name against the stored lists of restricted parties. It never says that a name is clear."""

from __future__ import annotations

from typing import Any

from tracker.answers.partners import screened
from tracker.answers.texts import text_sources
from tracker.errors import UsageError
from tracker.mcp.answering import Answers
from tracker.mcp.sizes import page_of
from tracker.mcp.source_words import delimited
from tracker.screening.names import LONGEST
from tracker.screening.report import screening_to_json
from tracker.screening.screener import Partner

_COUNTRY = 100  # characters
# Seconds for new versions to be read: a name must be checked against the newest list rather than at once.
_PATIENCE = 20.0


def screen_party(answers: Answers, name: str, country: str) -> dict[str, Any]:
    if not name.strip() or len(name) > LONGEST or len(country) > _COUNTRY:
        raise UsageError(f"name: a name of at most {LONGEST} characters is needed")
    with answers.answering() as made:
        unread = answers.finder.catch_up(text_sources(made.settings), _PATIENCE)
        screener = answers.screeners.current(answers.finder)
        partner = Partner(name.strip(), country.strip())
        found = screened(
            screener, answers.context.store, made.reader, made.settings, [partner], answers.context.today()
        )
        (result,) = found.results
        report = screening_to_json(found)
        hits = [
            {
                **row,
                "listed_name": hit.listed_name,
                "country": hit.party.country,
                "change": hit.change_id or None,
            }
            for row, hit in zip(report["results"][0]["hits"], result.hits, strict=True)
        ]
        rows = page_of(map(delimited, hits), len(hits), made.cuts, "hits")
        for one in found.lists:
            if one.sha256:
                made.cite(list=one.id, as_of=one.as_of, sha256=one.sha256)
        made.cite_ids(hit.change_id for hit in result.hits[: len(rows)])
        if not hits:
            made.leave_open("no-match-is-no-clearance")
        if any(hit.matched == "fuzzy" for hit in result.hits):
            made.leave_open("similar-names")
        behind = [
            {"id": one.id, "state": one.state, "as_of": one.as_of or None} for one in found.lists if one.state
        ]
        if behind:
            made.leave_open("lists-behind", lists=behind)
        made.leave_open("owners-not-checked")
        if unread:
            made.leave_open("newer-lists-unread", versions=unread)
        return made.answer(
            "screen_party",
            asked=delimited({"name": partner.name, "country": partner.country or None}),
            lists=[delimited(one) for one in report["lists"]],
            hits_total=len(hits),
            hits=rows,
        )
