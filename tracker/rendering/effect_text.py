"""Effects in words: one line of an effect, the table of `tracker effects`, and the effects as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tracker.clock import legal_day
from tracker.effects import ASSUMED, Affected, Applied, Certainty, Effect, Extent, RecordedEffect
from tracker.i18n import format_day, t
from tracker.legal_status.register import affecting_name, first_day, last_day
from tracker.model import Language
from tracker.rendering.terminal import aligned
from tracker.sanitize import sanitize_line
from tracker.serialization import effect_to_json


def affected_name(affected: Affected) -> str:
    """Return what people call the affected unit, document, heading or party."""
    order = affected.executive_order and f"E.O. {affected.executive_order.removeprefix('E.O.').strip()}"
    number = (affected.proclamation or "").removeprefix("Proclamation").strip()
    names = (
        affected.path, order, number and f"Proclamation {number}", affected.document_number, affected.citation,
        affected.hts and f"HTS {affected.hts}", affected.party, affected.title, affected.rin, affected.docket,
    )  # fmt: skip
    name = next((name for name in names if name), "")
    return f"{name} ({affected.part})" if affected.part else name


def effect_line(recorded: RecordedEffect, language: Language) -> str:
    """Return an effect in one line: "E.O. 14950 ends E.O. 14901 (from July 1, 2026)"."""
    verb = verb_words(recorded.effect, language)
    by, on = sanitize_line(affecting_name(recorded)), sanitize_line(affected_name(recorded.effect.affected))
    line = f"{by} → {on}: {verb}" if language == "ja" else f"{by} {verb} {on}"
    details = [days_words(recorded, language), *_marks(recorded, language)]
    given = [one for one in details if one]
    if not given:
        return line
    return f"{line}({'、'.join(given)})" if language == "ja" else f"{line} ({', '.join(given)})"


def verb_words(effect: Effect, language: Language) -> str:
    """Return what a document does to another; of a proposal, that it only proposes it."""
    verb = t(f"effect.verb.{effect.verb}", language)
    return t("effect.proposes", language, verb=verb) if effect.certainty is Certainty.PROPOSED else verb


def days_words(recorded: RecordedEffect, language: Language) -> str:
    since, until = first_day(recorded.effect.from_), last_day(recorded.effect.until)
    if since and until:
        return t(
            "legal-status.from-until", language, since=format_day(since, language), until=format_day(until, language)
        )  # fmt: skip
    if since:
        return t("legal-status.from", language, day=format_day(since, language))
    return t("legal-status.until", language, day=format_day(until, language)) if until else ""


def _marks(recorded: RecordedEffect, language: Language) -> Iterator[str]:
    """What a reader must know beside the effect itself."""
    effect = recorded.effect
    if effect.certainty is Certainty.UNCLEAR:
        yield t("effect.unclear", language)
    if effect.from_ is not None and effect.from_source in ASSUMED:
        yield t(f"effect.from.{effect.from_source}", language)
    if effect.extent is not Extent.WHOLE:
        yield t(f"effect.extent.{effect.extent}", language)
    if effect.applied is Applied.NOT_INCORPORATED:
        yield t("effect.applied.not-incorporated", language)
    if effect.by_hand:
        yield t("effect.by-hand", language, who=sanitize_line(effect.by_hand))
    if recorded.ended_by_hand:
        yield t("effect.ended", language, who=sanitize_line(recorded.ended_by_hand))
    elif recorded.retracted_at is not None:
        day = format_day(legal_day(recorded.retracted_at), language)
        yield t("effect.retracted", language, day=day)


def effect_table(found: Sequence[RecordedEffect], language: Language) -> str:
    """Return the table of `tracker effects`, one effect on each line."""
    columns = ("known", "by", "verb", "on", "days", "state", "id")
    rows = [[t(f"effect.head.{name}", language) for name in columns]]
    for one in found:
        known = legal_day(one.effect.known_at).isoformat() if one.effect.known_at else ""
        state = [t(f"effect.applied.{one.effect.applied}", language), *_marks(one, language)]
        rows.append(
            [
                known, sanitize_line(affecting_name(one))[:40], verb_words(one.effect, language),
                sanitize_line(affected_name(one.effect.affected))[:60], days_words(one, language),
                ", ".join(dict.fromkeys(state)), one.id,
            ]
        )  # fmt: skip
    return "\n".join(aligned(rows))


def effects_csv(found: Iterable[RecordedEffect]) -> str:
    """Return the effects as CSV: the fields of the JSON, those of both sides with the name of the side."""
    out = io.StringIO()
    rows = [_flat(effect_to_json(one)) for one in found]
    names = list(dict.fromkeys(name for row in rows for name in row)) or ["id"]
    writer = csv.DictWriter(out, names, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def _flat(value: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, entry in value.items():
        if isinstance(entry, Mapping):
            row.update({f"{name}_{key}": one for key, one in entry.items()})
        else:
            row[name] = entry
    return row


def _cell(value: Any) -> str:
    """A value as text that no spreadsheet runs as a formula."""
    text = "" if value is None else sanitize_line(str(value))
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text
