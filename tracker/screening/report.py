"""The result of a check as JSON, text and CSV; every form names the lists with their days and hashes."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

from tracker.countries import country_named
from tracker.i18n import format_day, label, t
from tracker.model import Language
from tracker.parsing.screening_list import country_name as code_name
from tracker.rendering.review_log import cell
from tracker.sanitize import sanitize_line
from tracker.screening.screener import ListState, Screening
from tracker.terms import party_list_name


def screening_to_json(found: Screening) -> dict[str, Any]:
    """`tracker screen --json`."""
    return {
        "lists": [
            {"id": one.id, "as_of": one.as_of or None, "sha256": one.sha256 or None, "parties": one.parties}
            | ({"state": one.state} if one.state else {})
            for one in found.lists
        ],
        "results": [
            {
                "name": result.partner.name,
                "hits": [
                    {
                        "party": hit.party.name, "list": hit.party.list, "path": hit.party.path, "score": hit.score, "matched": hit.matched,
                        "requirement": hit.party.requirement, "policy": hit.party.policy, "since": hit.party.since or None,
                        "rule": hit.party.rules[0] if hit.party.rules else None, "status": hit.status,
                    }
                    for hit in result.hits
                ],
            }
            for result in found.results
        ],
    }  # fmt: skip


def list_name(identity: str, language: Language) -> str:
    """Return the name of a list by its id, or by the name that its publisher prints. English readers see a printed name."""
    name = label("screen.list", identity, language)
    if name != identity:
        return name
    return (party_list_name(identity, language) if language == "ja" else "") or sanitize_line(identity)


def country_name(printed: str, language: Language) -> str:
    """Return a country, given by its name or its code, as the reader calls it; as it is given where it is not known."""
    found = country_named(code_name(printed) or printed) if printed else None
    return found.name(language).removeprefix("the ") if found else printed


def day_words(printed: str, language: Language) -> str:
    """Return a day as the reader writes it; as the list prints it where it is no day."""
    try:
        return format_day(date.fromisoformat(printed), language)
    except ValueError:
        return printed


def list_line(one: ListState, language: Language) -> str:
    """Return a list with its number of parties, day and hash, or that it is missing or failing."""
    name = list_name(one.id, language)
    if one.state == "missing":
        return t("screen.missing", language, list=name)
    line = t(
        "screen.list-line",
        language,
        list=name,
        source=one.source,
        count=one.parties,
        day=day_words(one.as_of, language),
        sha256=one.sha256,
    )
    return f"{line} {t('screen.failing', language)}" if one.state else line


def screening_text(found: Screening, language: Language) -> str:
    """Return the result for a terminal: the names with hits, the number of the others, the lists."""
    _, rows = screening_rows(found, language)
    lines = [sanitize_line(f"{name} → " + " | ".join(filter(None, facts))) for name, *facts in rows]
    return "\n".join((*lines, *screening_notes(found, language))) + "\n"


def _status(states: str, language: Language) -> str:
    return ", ".join(label("status", state, language) for state in states.split(", "))


def screening_rows(found: Screening, language: Language) -> tuple[list[str], list[list[str]]]:
    """Return the heads and rows of the names with hits, in words."""
    heads = [
        t(f"screen.{name}", language)
        for name in ("name", "match", "party", "on-list", "requirement", "policy", "since", "rule", "status")
    ]
    rows = []
    for result in found.results:
        for hit in result.hits:
            party = hit.party
            match = f"{hit.score:.2f} {label('screen.matched', hit.matched, language)}"
            where = " / ".join(
                filter(None, (list_name(party.list, language), country_name(party.country, language)))
            )
            rule = party.rules[0] if party.rules else ""
            row = [result.partner.name, match, party.name, where, party.requirement, party.policy]
            rows.append([*row, day_words(party.since, language), rule, _status(hit.status, language)])
    return heads, rows


def screening_notes(found: Screening, language: Language) -> list[str]:
    """Return the lines that every form of the result has: what was not found, the lists, what is not known."""
    without = sum(not result.hits for result in found.results)
    return [
        t("screen.no-match", language, count=without, total=len(found.results)),
        *(list_line(one, language) for one in found.lists),
        t("screen.ownership", language),
    ]


COLUMNS = (
    "name",
    "country",
    "match",
    "party",
    "list",
    "path",
    "score",
    "matched",
    "requirement",
    "policy",
    "since",
    "rule",
    "status",
)


def screening_csv(found: Screening, language: Language) -> bytes:
    """Return a table with a byte order mark: one row for each hit, one for a name without a hit, then the lists."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for result in found.results:
        partner = result.partner
        for hit in result.hits:
            party = hit.party
            row = (
                partner.name, partner.country, t("screen.listed", language), party.name, list_name(party.list, language), party.path, hit.score,
                hit.matched, party.requirement, party.policy, party.since, party.rules[0] if party.rules else "", hit.status,
            )  # fmt: skip
            writer.writerow([cell(value) for value in row])
        if not result.hits:
            writer.writerow(
                [cell(value) for value in (partner.name, partner.country, t("screen.none", language))]
            )
    writer.writerow([])
    for note in screening_notes(found, language):
        writer.writerow([cell(note)])
    return out.getvalue().encode("utf-8-sig")
