"""Renders why a delivery exists, waits or is withheld, as one line in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from tracker.i18n import format_span, format_timestamp, label, t
from tracker.model import Language
from tracker.sanitize import sanitize_line
from tracker.storage.instants import from_text

Named = Callable[[str], str]  # the name of a source by its id
# The conditions of a route in `reason`, each with its catalog entry and labels.
_CONDITIONS = (("topics", "topic"), ("directions", "direction"), ("sources", "source"), ("kinds", "kind"))


def reason_line(reason: Mapping[str, Any], language: Language, named: Named = str) -> str:
    """Return the reason of a delivery, by its `code`: `route` and `status` (a change), `unacknowledged`, `review`, `review-due`, `test`, `outage` or `prediction` (notices). Empty where there is
    none.
    """
    match reason.get("code"):
        case "route":
            return _route_line(reason, language, named)
        case "unacknowledged":
            span = format_span(timedelta(seconds=reason["seconds"]), language)
            return t("delivery-reason.unacknowledged", language, span=span)
        case "review":
            return t("delivery-reason.review", language)
        case "review-due":
            return t("delivery-reason.review-due", language)
        case "test":
            return t("delivery-reason.test", language)
        case "outage":
            return t("delivery-reason.outage", language)
        case "prediction":
            return t("delivery-reason.prediction", language)
        case "status":
            return t("delivery-reason.status", language, by=sanitize_line(reason["by"]))
    return ""


def deliveries_to_json(deliveries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return deliveries as `docs/records.md` describes them: `reason` in English, `reason_data` for programs."""
    return [
        {**row, "reason": reason_line(row["reason"], "en"), "reason_data": row["reason"]}
        for row in deliveries
    ]


def _route_line(reason: Mapping[str, Any], language: Language, named: Named) -> str:
    conditions = [
        t(
            "delivery-reason.level", language,
            level=label("level", reason["level"], language), least=label("level", reason["at_least"], language),
        )
    ]  # fmt: skip
    conditions += _other_conditions(reason, language, named)
    text = t("delivery-reason.condition-separator", language).join(conditions)
    if reason["route"]:
        return t("delivery-reason.route", language, number=reason["route"], conditions=text)
    return t("delivery-reason.every-channel", language, conditions=text)


def conditions_line(conditions: Mapping[str, Any], language: Language, named: Named = str) -> str:
    """Return the conditions of a route in words, without any change that meets them. `named` gives the name of a source."""
    least = t("delivery-reason.least", language, least=label("level", conditions["at_least"], language))
    separator = t("delivery-reason.condition-separator", language)
    return separator.join((least, *_other_conditions(conditions, language, named)))


def _other_conditions(reason: Mapping[str, Any], language: Language, named: Named) -> list[str]:
    conditions = []
    for key, kind in _CONDITIONS:
        if names := reason.get(key):
            names = [named(name) if kind == "source" else label(kind, name, language) for name in names]
            joined = t("delivery-reason.name-separator", language).join(map(sanitize_line, names))
            conditions.append(t(f"delivery-reason.{kind}", language, names=joined))
    if reason.get("profile"):
        conditions.append(t("delivery-reason.profile", language, name=sanitize_line(reason["profile"])))
    return conditions


def recipient_lines(delivery: Mapping[str, Any], language: Language) -> list[str]:
    """Return the state of each recipient of a delivery, by address. Empty where the channel does not report
    recipients.
    """
    return [
        t(
            f"delivery.recipient-{row['state']}",
            language,
            name=sanitize_line(row["recipient"]),
            answer=sanitize_line(row["answer"]),
        )
        for row in delivery["recipients"]
        if row["recipient"]
    ]


def hold_line(delivery: Mapping[str, Any], language: Language, timezone: str, named: Named = str) -> str:
    """Return the rule by which a delivery waits or is withheld, and until when. Empty where it does not wait."""
    held = delivery["held"]
    if held is None or delivery["state"] not in {"pending", "withheld"}:
        return ""
    what = sanitize_line(held.get("value", ""))
    if held.get("scope") == "topic":
        what = label("topic", what, language)
    if held.get("scope") == "source" and what:
        what = named(what)
    return t(
        f"held.{held['rule']}", language, until=format_timestamp(from_text(held["until"]), timezone),
        number=held.get("number", ""), what=t(f"held.of-{held['scope']}", language, name=what) if what else "",
    )  # fmt: skip
