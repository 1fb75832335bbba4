"""The tools about the law: what holds on a day, what differs between two days, and the register of effects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from tracker.answers.records import change_with_operations
from tracker.answers.texts import unit_between
from tracker.clock import legal_instant
from tracker.errors import UsageError
from tracker.mcp.answering import Answering, Answers, day_of, limited, moment_of
from tracker.mcp.sizes import fit, page_of, text_page
from tracker.mcp.source_words import delimited
from tracker.rendering.redlines.diff_json import objects
from tracker.serialization import effect_to_json
from tracker.storage import effect_pages
from tracker.stories.law import Law, effects_wanted, is_unit, law_on, law_to_json

MOST_ROWS = 200
STEPS = 25_000  # bytes of status, effects and history beside a page of the text
_PATH = 400  # characters


def law_as_of(answers: Answers, path: str, as_of: str, known_at: str, cursor: str) -> dict[str, Any]:
    asked, known = _path(path), moment_of(known_at, "known_at")
    with answers.answering() as made:
        offset = made.start(cursor)
        day = day_of(as_of, "as_of") or answers.context.today()
        law = law_on(made.connection, asked, day, known)
        found = law_to_json(law)
        text, _ = found.pop("text") or "", found.pop("official_text")
        key = "source_text" if law.amended.document else "official_text"
        part = text_page(text, offset)
        if offset:
            # The first page has them; a later one has the words alone.
            for name in ("effects", "caused", "history", "as_amended", "as_amended_ahead", "not_computed"):
                del found[name]
        made.cite_text(law.path, law.text_as_of, law.snapshot)
        made.cite_ids([law.change, *(one.change_id for one in (*law.effects, *law.caused))])
        _leave_open_law(made, law)
        shown = fit(delimited(found), STEPS, made.cuts, "law")
        if part:
            shown[key] = {**shown.get(key, {}), "text": part}
        return made.answer(
            "law_as_of", page={**made.page(offset, len(part), len(text)), "unit": "characters"}, law=shown
        )


def _leave_open_law(made: Answering, law: Law) -> None:
    if not law.found:
        made.leave_open("nothing-stored")
        return
    if law.text is None:
        made.leave_open("no-text-of-the-day" if is_unit(law.path) else "no-text-of-instruments")
    elif law.text_as_of is not None and law.text_as_of < law.as_of:
        made.leave_open("text-of-an-earlier-day", text_as_of=law.text_as_of.isoformat())
    if law.amended.document:
        rules = dict.fromkeys(one.rule_name for one in law.amended.units)
        made.leave_open("computed-and-not-in-the-ecfr", rules=list(rules)[:30])
    if law.amended.failed or law.amended.failure:
        made.leave_open("amendments-not-computed", count=len(law.amended.failed))
    if not law.status:
        made.leave_open("law-status")
    rows = [effect_to_json(one) for one in (*law.effects, *law.caused)]
    _leave_open_effects(made, rows)
    if any(step.candidates for step in law.history):
        made.leave_open("author-of-a-step")


def _leave_open_effects(made: Answering, rows: Iterable[Mapping[str, Any]]) -> None:
    rows = list(rows)
    for code, key, values in (
        ("effects-unclear", "certainty", {"unclear"}),
        ("not-incorporated", "applied", {"pending", "not-incorporated"}),
    ):
        ids = [row["id"] for row in rows if row[key] in values and row["retracted_at"] is None]
        if ids:
            made.leave_open(code, effects=ids[:30], count=len(ids))


def diff(
    answers: Answers, change_id: str, path: str, before: str, after: str, limit: int, cursor: str
) -> dict[str, Any]:
    if bool(change_id) == bool(path):
        raise UsageError("give change_id, or path with before and after")
    with answers.answering() as made:
        offset = made.start(cursor)
        if change_id:
            record, operations = change_with_operations(made.reader, made.connection, change_id)
            made.cite_change(record)
            made.leave_open_records([record])
            compared: dict[str, Any] = {
                "change": record["id"],
                "before": record["before"],
                "after": record["after"],
            }
            if not operations:
                made.leave_open("no-operations")
        else:
            first, second = _two_days(before, after)
            if not is_unit(_path(path)):
                raise UsageError(
                    f"path: {path[:60]!r} is no unit of the CFR", cure="such as 15 CFR 744.21(b)"
                )
            found = unit_between(made.connection, path, first, second)
            operations = found.operations
            for side in (found.before, found.after):
                made.cite_text(side.path, side.text_as_of, side.snapshot)
            if not found.before.units or not found.after.units:
                made.leave_open("unit-not-in-the-text")
            compared = {
                "path": found.after.path if found.after.units else found.before.path,
                "before": {"asked": first.isoformat(), "text_as_of": _iso(found.before.text_as_of)},
                "after": {"asked": second.isoformat(), "text_as_of": _iso(found.after.text_as_of)},
            }
        rows = page_of(
            map(delimited, objects(operations[offset:])), limited(limit, MOST_ROWS), made.cuts, "operations"
        )
        return made.answer(
            "diff",
            page=made.page(offset, len(rows), len(operations)),
            compared=delimited(compared),
            operations=rows,
        )


def _two_days(before: str, after: str) -> tuple[date, date]:
    first, second = day_of(before, "before"), day_of(after, "after")
    if first is None or second is None:
        raise UsageError("path needs before and after", cure="two days, such as 2025-09-01 and 2025-12-01")
    if first >= second:
        raise UsageError(f"before {first} is not before after {second}")
    return first, second


def effects(answers: Answers, path: str, since: str, limit: int, cursor: str) -> dict[str, Any]:
    asked, day = _path(path) if path else "", day_of(since, "since")
    unit, document = (asked, "") if asked and is_unit(asked) else ("", asked)
    with answers.answering() as made:
        offset = made.start(cursor)
        wanted = effects_wanted(made.connection, unit, document, legal_instant(day) if day else None)
        found = effect_pages.page(made.connection, wanted, limited(limit, MOST_ROWS), offset)
        total = effect_pages.count(made.connection, wanted)
        every = [effect_to_json(one) for one in found]
        rows = page_of(map(delimited, every), limit, made.cuts, "effects")
        made.cite_ids(one.change_id for one in found[: len(rows)])
        _leave_open_effects(made, every[: len(rows)])
        if asked and not total:
            made.leave_open("nothing-stored")
        made.leave_open_sources()
        return made.answer("effects", page=made.page(offset, len(rows), total), effects=rows)


def _path(path: str) -> str:
    if not path.strip() or len(path) > _PATH:
        raise UsageError(
            "path: a citation is needed", cure="such as 15 CFR 744.11(a)(1), 3B001.c.1.b or E.O. 14257"
        )
    return path


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
