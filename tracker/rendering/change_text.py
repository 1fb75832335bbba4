"""Renders changes for the terminal: a table with one line each, or one page with everything known about a change.

Text from outside is printed without control characters and never interpreted as rich markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from tracker.clock import reader_day
from tracker.i18n import format_day, format_instant, format_timestamp, label, t
from tracker.model import Change, Evidence, Language, LegalDate, Level, LocalizedText
from tracker.rendering.act_table import COLUMNS, act_rows
from tracker.rendering.alert_message import force_label, what_changed
from tracker.rendering.annotations import annotation_lines
from tracker.rendering.correction_text import correction_line, review_words
from tracker.rendering.deadlines import change_url, days_left
from tracker.rendering.delivery_hold import hold_line
from tracker.rendering.location_text import date_note, location_label, status_where, timed
from tracker.rendering.profile_lead import leading_match, level_badge
from tracker.rendering.source_text import agency
from tracker.rendering.terminal import aligned, drawn
from tracker.rendering.words_on_day import worded_on
from tracker.sanitize import sanitize_line
from tracker.serialization import change_from_json
from tracker.storage.instants import from_text

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

_STYLES = {
    Level.CRITICAL: "bold white on red",
    Level.HIGH: "bold red",
    Level.MEDIUM: "yellow",
    Level.LOW: "cyan",
    Level.NONE: "dim",
}


def listing(
    records: Sequence[Mapping[str, Any]], language: Language, timezone: str, profile: str = ""
) -> str:
    """Return one line for each record, for `tracker changes`. `profile`: its level leads."""
    return "\n".join(aligned([_row(record, language, timezone, profile) for record in records]))


def _row(record: Mapping[str, Any], language: Language, timezone: str, profile: str) -> list[str]:
    match = leading_match(change_from_json(record), profile) if profile else None
    seen = datetime.fromisoformat(record["detected_at"])
    topics = [label("topic", topic["id"], language) for topic in record["topics"]]
    reading = t("reading.mark", language) if record.get("needs_reading") else ""
    corrected = t("correction.mark", language) if record.get("found_by_rules") else ""
    headline = sanitize_line((record.get("headline") or {}).get(language, ""))
    title = sanitize_line(record["title"])
    named = " | ".join(filter(None, (reading, corrected, headline, "" if title in headline else title)))
    return [
        label("level", match.level if match else record["level"], language),
        record["published"] or reader_day(seen, timezone).isoformat(),
        label("kind", record["kind"], language),
        record["id"],
        named + (f" [{', '.join(topics)}]" if topics else ""),
    ]


def page(
    record: Mapping[str, Any],
    deliveries: Sequence[Mapping[str, Any]],
    language: Language,
    timezone: str,
    today: date,
    viewer_url: str,
    answers: Sequence[Mapping[str, Any]] = (),
    beside: Mapping[str, Any] | None = None,
    belongs: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the page of `tracker show`: one change with evidence, units, dates, status, links, deliveries and
    snapshots.

    `deliveries` are rows of the read queries: channel, state, attempts, reason, tries. `answers` are the
    compared snapshots: side, url, fetched_at, sha256, tls. `beside` holds the annotations, `belongs` the labeled lines of the
    documents that made the change and of the other records of its story.
    """
    change = change_from_json(record)
    seen = (t("message.detected", language), format_instant(change.detected_at, language, timezone))
    links = (
        (t("message.open", language), change_url(viewer_url, change.id)),
        (t("message.official", language), sanitize_line(change.url)),
    )
    facts = [*_identity(change, language), seen, *links, (t("message.id", language), change.id)]
    return drawn(
        *_opening(change, language, today),
        *_annotations(annotation_lines(beside or {}, language, timezone)),
        _facts(facts),
        *([_facts(belongs)] if belongs else []),
        *_heading(t("delivery.title", language)),
        _deliveries(deliveries, language, timezone) if deliveries else t("delivery.none", language),
        *_answers(answers, language, timezone),
    )


def tag_page(record: Mapping[str, Any], language: Language) -> str:
    """Return the page of `tracker tag`: the classification of one document that is not in the database."""
    change = change_from_json({"id": "", "source": "", "detected_at": "1970-01-01T00:00:00Z", **record})
    beside = _annotations(annotation_lines(record, language, ""))
    return drawn(*_opening(change, language, None), *beside, _facts(_identity(change, language)))


def deadline_table(rows: Sequence[Mapping[str, str]], language: Language) -> str:
    """Return the table of `tracker deadlines`, from the rows of `deadlines.deadline_text`."""
    if not rows:
        return t("deadlines.none", language)
    head = list(rows[0])
    return "\n".join(aligned([head, *([row[name] for name in head] for row in rows)]))


def review_table(
    entries: Sequence[Mapping[str, Any]],
    titles: Mapping[str, Mapping[str, Any]],
    language: Language,
    timezone: str,
) -> str:
    """Return the table of `tracker reviews`, from the stored reviews and the titles of their changes."""
    if not entries:
        return t("web.no-reviews", language)
    rows = []
    for entry in entries:
        value = review_words(entry, language)
        did = " ".join(filter(None, (label("web.did", entry["action"], language), value)))
        title = (titles.get(entry["change_id"]) or {}).get("title") or ""
        rows.append(
            [format_timestamp(from_text(entry["at"]), timezone), sanitize_line(entry["who"]), sanitize_line(did), sanitize_line(entry["note"]), entry["change_id"], sanitize_line(title)[:60]]
        )  # fmt: skip
    return "\n".join(aligned(rows))


def _opening(change: Change, language: Language, today: date | None) -> Iterator[Any]:
    """Yield the first part of both pages: level, what changed, status, dates, reasons and quotes."""
    from rich.text import Text

    tagging = change.tagging
    yield Text(f" {level_badge(tagging.level, tagging.direction, language)} ", style=_STYLES[tagging.level])
    what, detail = what_changed(worded_on(change, today) if today else change, language)
    yield Text(what, style="bold")
    if sanitize_line(change.title) not in what:
        yield Text(sanitize_line(change.title))
    if detail:
        yield Text(detail)
    corrected = correction_line(change, language)
    if corrected:
        yield Text(f"{t('correction.mark', language)} {corrected}", style="bold")
    if tagging.needs_reading:
        yield Text(f"{t('reading.mark', language)}: {t('reading.notice', language)}", style="bold")
    yield from _acts(change, language)
    in_force = force_label(change, today, language) if today is not None else ""
    if in_force:
        yield _facts([(t("message.status", language), in_force)])
    if tagging.dates:
        yield from _heading(t("message.dates", language))
        yield _dates(change, language, today)
    yield from _reasons(t("message.reason", language), tagging.reason)
    yield from _quoted(change, language)
    units = [sanitize_line(unit) for unit in tagging.units]
    if units:
        yield from _heading(t("message.units", language))
        yield Text(", ".join(units))
    if change.abstract:
        yield from _heading(t("message.abstract", language))
        yield Text(sanitize_line(change.abstract))
    yield Text()


def _acts(change: Change, language: Language) -> Iterator[Any]:
    """Each act in a table of its own with its quote: a terminal is too narrow for so many columns."""
    from rich.text import Text

    rows = act_rows(change.tagging.acts, language)
    if rows:
        yield from _heading(t("act.title", language))
    for place, row in enumerate(rows):
        if place:
            yield Text()
        named_cells = [(label("act", name, language), row.cells[name]) for name in COLUMNS if row.cells[name]]
        yield _facts(
            [*named_cells, (t("act.judgement", language), level_badge(row.level, row.direction, language))]
        )
        if row.quote:
            words = Text(f"  “{row.quote}”", style="italic")
            yield words.append(f" — {row.where}" if row.where else "", style="dim not italic")


def _annotations(found: Mapping[str, Any]) -> Iterator[Text]:
    """Yield the annotations: a similarity score and a model's summary, each marked as not a finding."""
    from rich.text import Text

    like, wrote = found["resembles"], found["model_summary"]
    if like:
        yield Text(like["heading"], style="bold underline")
        yield Text(like["says"])
        yield Text()
    if wrote:
        yield Text(wrote["heading"], style="bold underline")
        yield Text(wrote["mark"], style="italic")
        for sentence in wrote["sentences"]:
            yield Text(sentence["text"])
            yield Text(f"  “{sentence['quote']}”", style="italic")
        yield from (Text(note) for note in wrote["notes"])
        yield Text()


def _heading(words: str) -> Iterator[Text]:
    from rich.text import Text

    yield Text()
    yield Text(words, style="bold underline")


def _reasons(words: str, reason: LocalizedText) -> Iterator[Text]:
    from rich.text import Text

    texts = [sanitize_line(text) for text in (reason.ja, reason.en) if sanitize_line(text)]
    if texts:
        yield from _heading(words)
        yield from (Text(text) for text in texts)


def _identity(change: Change, language: Language) -> list[tuple[str, str]]:
    document = (
        change.document_number,
        change.citation,
        format_day(change.published, language) if change.published else "",
    )
    offered = (
        (
            "message.document",
            ", ".join(
                sanitize_line(part) for part in (label("kind", change.kind, language), *document) if part
            ),
        ),
        (
            "message.agencies",
            t("paper.comma", language).join(agency(name, language) for name in change.agencies),
        ),
        ("message.eccns", ", ".join(sanitize_line(eccn) for eccn in change.tagging.eccns)),
        (
            "message.links",
            ", ".join(
                f"{sanitize_line(link.target)} ({label('relation', link.relation, language)})"
                for link in change.tagging.links
            ),
        ),
        ("message.source", sanitize_line(change.source)),
    )
    return [(t(key, language), value) for key, value in offered if value]


def _grid() -> Table:
    from rich.table import Table

    return Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)


def _facts(facts: Sequence[tuple[str, str]]) -> Table:
    from rich.text import Text

    grid = _grid()
    for name, value in facts:
        grid.add_row(Text(name, style="dim"), Text(value))
    return grid


def _dates(change: Change, language: Language, today: date | None) -> Table:
    from rich.text import Text

    grid = _grid()
    for entry in sorted(change.tagging.dates, key=lambda entry: entry.date):
        gone = "dim strike" if entry.superseded else ""
        grid.add_row(
            Text(" ".join(part for part in (entry.date.isoformat(), timed(entry)) if part), style=gone),
            Text(
                label("date", entry.type, language)
                + (f" ({note})" if (note := date_note(entry.note, entry.by, language)) else "")
            ),
            Text(_date_state(entry, language, today)),
            Text(f"“{sanitize_line(entry.quote)}”" if entry.quote else "", style="italic"),
        )
    return grid


def _date_state(entry: LegalDate, language: Language, today: date | None) -> str:
    if entry.superseded:
        return t("date-superseded", language)
    return "" if today is None else days_left(entry.date, today, language)


def _quoted(change: Change, language: Language) -> Iterator[Any]:
    """Yield topics, profiles, status and the link to Japan, each with official quotes and their location."""
    from rich.text import Text

    tagging = change.tagging
    shown: list[tuple[str, Sequence[Evidence]]] = [
        (f"{label('topic', topic.id, language)} ({topic.score:.2f})", topic.evidence)
        for topic in tagging.topics
    ]
    shown += [
        (f"{sanitize_line(match.profile)}: {label('level', match.level, language)}", match.evidence)
        for match in change.profiles
    ]
    if tagging.japan_nexus:
        shown.append((t("message.nexus", language), tagging.japan_nexus))
    shown += [
        (label("status", status.state, language), (Evidence(status.quote, status_where(status, change)),))
        for status in tagging.status
        if status.quote
    ]
    if shown:
        yield from _heading(t("message.quotes", language))
    for name, evidence in shown:
        yield Text(name, style="bold")
        for entry in evidence:
            words = Text(f"  “{sanitize_line(entry.quote)}”", style="italic")
            where = location_label(entry.where, language)
            yield words.append(f" — {where}" if where else "", style="dim not italic")


def _deliveries(deliveries: Sequence[Mapping[str, Any]], language: Language, timezone: str) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("channel", "state", "attempts", "at", "answer"):
        table.add_column(label("delivery", name, language))
    for delivery in deliveries:
        last = delivery["tries"][-1] if delivery["tries"] else None
        table.add_row(
            Text(sanitize_line(delivery["channel"])),
            Text(label("delivery", delivery["state"], language)),
            str(delivery["attempts"]),
            format_timestamp(from_text(last["at"]), timezone) if last else "",
            Text(sanitize_line(last["answer"]) if last else hold_line(delivery, language, timezone)),
        )
    return table


def _answers(answers: Sequence[Mapping[str, Any]], language: Language, timezone: str) -> Iterator[Any]:
    from rich.text import Text

    if not answers:
        return
    yield from _heading(t("answer.title", language))
    for answer in answers:
        tls = answer["tls"]
        peer = (
            t("answer.peer", language, subject=sanitize_line(tls["subject"]), issuer=sanitize_line(tls["issuer"]), version=sanitize_line(tls["version"]),
              sha256=sanitize_line(tls["sha256"]))
            if tls
            else t("answer.no_peer", language)
        )  # fmt: skip
        yield Text(
            f"{format_timestamp(answer['fetched_at'], timezone)}  {t('answer.' + answer['side'], language)}  {sanitize_line(answer['url'])}"
        )
        yield Text(f"  SHA-256 {answer['sha256']}", style="dim")
        yield Text(f"  {peer}", style="dim")
