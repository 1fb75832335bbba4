"""Renders `tracker status` for the terminal, from its JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from tracker.i18n import format_timestamp, label, t
from tracker.model import Language
from tracker.rendering.failure_cause import reason_line
from tracker.rendering.terminal import drawn
from tracker.sanitize import sanitize_line

_OF_SOURCE = frozenset({"source", "quiet", "gap"})  # incidents that name a source
_SHOWN = 3  # documents named in one cell; --json names all


def table(status: Mapping[str, Any], language: Language, timezone: str) -> str:
    """Return sources and channels, one row each, with failures in red and their reason; then the counts of alerts."""

    def when(instant: str | None) -> str:
        return format_timestamp(datetime.fromisoformat(instant), timezone) if instant else ""

    sources = _table(
        "sources", ("id", "state", "since", "last-success", "next-run", "failures", "reason"), language
    )
    for source in status["sources"]:
        sources.add_row(
            Text(sanitize_line(source["id"])),
            _state(source["state"], source["healthy"], language),
            when(source["since"]),
            when(source["last_success"]),
            when(source["next_run"]),
            str(source["consecutive_failures"] or ""),
            Text(reason_line(source["cause"], source["reason"] or "", language)),
        )
    channels = _table("channels", ("id", "state", "pending", "sent", "dead", "last-try", "answer"), language)
    for channel in status["channels"]:
        channels.add_row(
            Text(sanitize_line(channel["id"])),
            _state(channel_state(channel), channel["healthy"], language),
            str(channel["pending"]),
            str(channel["sent"]),
            Text(str(channel["dead"]), style="red" if channel["dead"] else ""),
            when(channel["last_try"]),
            Text(sanitize_line(channel["last_answer"] or "")),
        )
    audits = _table(
        "reconciliation",
        ("id", "at", "expected", "stored", "filled", "missing", "late-documents", "second"),
        language,
    )
    audited = [source for source in status["sources"] if source["reconciliation"]]
    for source in audited:
        found = source["reconciliation"]
        audits.add_row(
            Text(sanitize_line(source["id"])),
            when(found["at"]),
            str(found["expected"] if found["expected"] is not None else "—"),
            str(found["stored"] if found["stored"] is not None else "—"),
            Text(_named(found["filled"])),
            Text(_named(found["missing"]) or sanitize_line("; ".join(found["errors"])), style="bold red"),
            str(found["late"] or ""),
            Text(_second(found["second"], language)),
        )
    parts: list[Any] = [sources, Text()]
    if audited:
        parts += [audits, Text()]
    parts += _watched(status["sources"], language, when)
    if status["channels"]:
        parts += [channels, Text()]
    parts += [Text(line, style="bold red") for line in channel_lines(status, language)]
    if "disk" in status:
        disk = _table("disk", ("id", "answers", "packed", "unpacked", "dropped"), language)
        for name, row in status["disk"]["sources"].items():
            disk.add_row(
                Text(sanitize_line(name)), str(row["answers"]), _size(row["packed"]), _size(row["unpacked"]),
                str(row["dropped"] or ""),
            )  # fmt: skip
        parts += [disk, Text(t("health.disk-file", language, size=_size(status["disk"]["file"]))), Text()]
    if status["incidents"]:
        incidents = _table("incidents", ("incident", "since", "reason"), language)
        for row in status["incidents"]:
            name_cell = Text(incident_name(row["subject"], language), style="bold red")
            incidents.add_row(name_cell, when(row["opened_at"]), Text(incident_line(row, language)))
        parts += [incidents, Text()]
    if status["digests"]["given_up"]:
        digests = _table("dead-digests", ("week", "reader", "since", "answer"), language)
        for row in status["digests"]["given_up"]:
            digests.add_row(
                row["week"],
                Text(digest_reader(row)),
                when(row["ended_at"]),
                Text(sanitize_line(row["answer"])),
            )
        parts += [digests, Text(t("health.digest-todo", language)), Text()]
    counts = [_counts(name, status[name], language) for name in ("alerts", "digests")]
    return drawn(*parts, *counts)


def incident_line(row: Mapping[str, Any], language: Language, named: Callable[[str], str] = str) -> str:
    """Return the reason of an incident, and the sources that it affects where it is not limited to one."""
    reason = reason_line(row["cause"], row["reason"], language)
    if row["subject"].startswith(("host:", "network:")) and row["sources"]:
        return t(
            "incident.touches",
            language,
            reason=reason,
            sources=", ".join(sanitize_line(named(name)) for name in row["sources"]),
        )
    return reason


def channel_state(channel: Mapping[str, Any]) -> str:
    return "removed" if channel["removed"] else "ok" if channel["healthy"] else "failing"


def channel_lines(status: Mapping[str, Any], language: Language) -> list[str]:
    """Return what needs attention in channels: recipients that do not get alerts, by address, and channels that
    were removed from the settings with alerts pending, each with the remedy.
    """
    found = []
    for channel in status["channels"]:
        name = sanitize_line(channel["id"])
        if channel["removed"]:
            number = channel["pending"] + channel["dead"]
            found.append(t("health.channel-removed", language, name=name, count=number))
        found += [
            t(
                f"health.recipient-{row['state']}", language, channel=name, name=sanitize_line(row["recipient"]),
                count=row["number"], answer=sanitize_line(row["answer"]),
            )
            for row in channel["recipients"]
        ]  # fmt: skip
    return found


def _watched(
    sources: Sequence[Mapping[str, Any]], language: Language, when: Callable[[str | None], str]
) -> list[Any]:
    """Return pages that alternate between two texts, that are gone, that are not requested, and the masked
    content of the others.
    """
    rows: list[tuple[str, str, str, str, str]] = []
    for source in sources:
        name = source["id"]
        for each in source["flapping"]:
            rows.append((name, "flapping", each["url"], when(each["since"]), _polls(each["seen"], language)))
        for each in source["gone"]:
            detail = f"{each['reason']} ({_polls(each['polls'], language)})"
            rows.append((name, "gone", each["url"], when(each["since"]), detail))
        if source["left_out"]:
            detail = t("health.beyond", language, count=source["left_out"])
            rows.append((name, "left-out", source["left_out_links"][0], "", detail))
        for each in source["passed_over"][:_SHOWN]:
            rows.append((name, "passed-over", each["url"], "", each["reason"]))
        if len(source["passed_over"]) > _SHOWN:
            rows.append((name, "passed-over", f"+{len(source['passed_over']) - _SHOWN}", "", ""))
        for each in source["masked"]:
            rows.append(
                (
                    name,
                    "masked",
                    each["url"],
                    "",
                    f"{label('noise', each['kind'], language)}: {each['words']}",
                )
            )
    if not rows:
        return []
    table = _table("watched", ("id", "what", "address", "since", "reason"), language)
    for name, what, url, since, detail in rows:
        table.add_row(
            Text(sanitize_line(name)),
            Text(label("health", what, language)),
            Text(sanitize_line(url)),
            since,
            Text(sanitize_line(detail)),
        )
    return [table, Text()]


def _polls(count: int, language: Language) -> str:
    return t("health.polls", language, count=count)


def incident_name(subject: str, language: Language, named: Callable[[str], str] = str) -> str:
    """`情報源 fr-bis の障害` for `source:fr-bis`. `named` gives the name of a source."""
    kind, _, name = subject.partition(":")
    name = named(name) if kind in _OF_SOURCE else name
    return t(f"incident.{kind}", language, name=sanitize_line(name))


def digest_reader(row: Mapping[str, Any]) -> str:
    """Return a reader of the digest: `mail-legal ja vacuum-components`."""
    return sanitize_line(" ".join(filter(None, (row["channel"], row["language"], row["profile"]))))


def _counts(name: str, row: Mapping[str, Any], language: Language) -> Text:
    counts = ", ".join(f"{t(f'health.{state}', language)} {row[state]}" for state in ("pending", "dead"))
    return Text(f"{t(f'health.{name}', language)}: {counts}", style="red" if row["dead"] else "")


def _size(number: int) -> str:
    return f"{number / 1e6:.1f} MB"


def _named(keys: Sequence[str]) -> str:
    more = f" +{len(keys) - _SHOWN}" if len(keys) > _SHOWN else ""
    return sanitize_line(", ".join(keys[:_SHOWN])) + more


def _second(second: Mapping[str, Any] | None, language: Language) -> str:
    """Return the comparison with GovInfo. What could not be compared comes first: it is neither a gap nor a match."""
    if second is None:
        return ""
    parts = []
    if second["not_compared"]:
        first = second["not_compared"][0]
        parts.append(
            t(
                "health.second-not-compared",
                language,
                reason=sanitize_line(f"{first['day']}: {first['reason']}"),
            )
        )
    if second["differs"]:
        parts.append(t("health.second-differs", language, numbers=_named(second["differs"])))
    elif second["issues"]:
        parts.append(t("health.second-agrees", language, issues=second["issues"]))
    return "; ".join(parts)


def _table(title: str, columns: tuple[str, ...], language: Language) -> Table:
    drawing = Table(
        title=label("health", title, language), title_justify="left", title_style="bold", box=None,
        pad_edge=False, header_style="dim",
    )  # fmt: skip
    for name in columns:
        drawing.add_column(
            label("health", name, language),
            no_wrap=name not in {"reason", "answer", "address", "second", "filled", "missing"},
        )
    return drawing


def _state(state: str, healthy: bool, language: Language) -> Text:
    return Text(label("health", state, language), style="" if healthy else "bold red")
