"""Renders PDF files: a change with its redline, and the review log. Needs the extra `pdf`.

The printed HTML is built and escaped here, and loads nothing from the network.
"""

from __future__ import annotations

import atexit
import os
import re
import threading
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from html import escape
from importlib.util import find_spec
from typing import Any

from tracker.errors import ParserCrashed, UsageError
from tracker.i18n import format_day, format_minute, label, t
from tracker.legal_status.current import status_line
from tracker.model import Change, Evidence, Language
from tracker.rendering.act_table import COLUMNS, act_rows
from tracker.rendering.alert_message import force_label, what_changed
from tracker.rendering.correction_text import correction_line, review_words
from tracker.rendering.location_text import date_note, location_label
from tracker.rendering.profile_lead import level_badge
from tracker.rendering.redlines import html
from tracker.rendering.redlines.model import Redline
from tracker.rendering.words_on_day import worded_on
from tracker.sandbox.pool import Pool
from tracker.sanitize import sanitize
from tracker.storage.instants import from_text
from tracker.text import fold_space

MISSING = "a PDF needs the extra `pdf`"
CURE = "pip install 'tracker[pdf]', and Pango on the machine (Debian: apt install libpango-1.0-0 libpangoft2-1.0-0)"
MOST = 2_000  # operations: a longer PDF takes minutes, and it would not be read
_FONT = '"Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "Yu Gothic", sans-serif'
_STYLE = f"""
@page {{ size: A4; margin: 16mm 16mm 18mm; @bottom-left {{ content: string(name); font: 8pt {_FONT}; color: #565f6d; }}
  @bottom-right {{ content: counter(page) " / " counter(pages); font: 8pt {_FONT}; color: #565f6d; }} }}
body {{ margin: 0; padding: 0; max-width: none; font: 9.5pt/1.6 {_FONT}; color: #1a1f27; }}
h1 {{ font-size: 15pt; string-set: name content(); }} h2 {{ font-size: 11.5pt; margin-top: 1.2em; break-after: avoid; }}
table {{ border-collapse: collapse; width: 100%; font-size: 8.5pt; }}
th, td {{ border-bottom: 0.5pt solid #c4cad3; padding: 1.2mm 2mm 1.2mm 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }}
thead {{ display: table-header-group; }} tr {{ break-inside: avoid; }} th {{ color: #444d5a; font-weight: 600; }}
.badge-level {{ font-weight: 700; color: #9b1c1c; }} .hash {{ font: 7.5pt {_FONT}; overflow-wrap: anywhere; }}
blockquote {{ margin: .2em 0 .6em; padding-left: 3mm; border-left: 2pt solid #c4cad3; }}
.act {{ break-inside: avoid; margin-bottom: 5mm; }} .act th {{ width: 34mm; padding-block: .5mm; }} .act td {{ padding-block: .5mm; }}
.act small {{ display: block; margin-top: -.4em; color: #565f6d; }} .act th, .act td {{ border-bottom: 0; }}
h3 {{ font-size: 9.5pt; }} .op {{ break-inside: auto; padding: 1.5mm 2.5mm; margin-block: 1.5mm; }} main table, main th {{ font-size: 8pt; }}
main :is(td, th).mark {{ width: 16mm; padding-right: 0; }} .w5 th:nth-child(2) {{ width: 17mm; }} .w5 th:nth-child(3) {{ width: 54mm; }} .w5 th:nth-child(6) {{ width: 24mm; }} main td {{ overflow-wrap: anywhere; }} .annex dl {{ font-size: 8pt; }} .words {{ orphans: 2; widows: 2; }} .columns {{ display: none; }}
"""
_LONG = re.compile(r"[^\s<>&;]{60,}")
_ONE = threading.Lock()  # at a time: rendering a PDF takes a full core and much memory
MEMORY = 2_000_000_000  # bytes of the worker's address space
SECONDS = 120  # of processor time for one PDF


def change_pdf(
    change: Change, redline: Redline, log: Sequence[Mapping[str, Any]], *, language: Language, today: date
) -> bytes:
    """Return a change as a PDF: what it is, whether it is in force, why it matters with official quotes, the
    decision, and the redline.

    `log` holds its reviews, oldest first. Raises UsageError without the extra, and for a redline of more than
    `MOST` operations.
    """
    if len(redline.operations) > MOST:
        raise UsageError(
            f"the redline has too many differences for a PDF: {MOST} at most; this one has {len(redline.operations)}",
            cure="use Word or HTML",
        )
    what, detail = what_changed(worded_on(change, today), language)
    tagging = change.tagging
    badge = level_badge(tagging.level, tagging.direction, language)
    parts = [
        f'<h1>{safe(what)}</h1><p><span class="badge-level">{safe(badge)}</span></p>',
        *(f"<p>{safe(words)}</p>" for words in (detail, tagging.reason.get(language)) if words),
        *(
            [f"<p><b>{safe(t('reading.mark', language))}</b> {safe(t('reading.notice', language))}</p>"]
            if tagging.needs_reading
            else ()
        ),
        *(_corrected(change, language)),
        _table(_facts(change, redline, language, today)),
    ]
    if tagging.acts:
        parts.append(f"<h2>{safe(t('act.title', language))}</h2>{_acts(change, language)}")
    if tagging.dates:
        rows = [
            (
                format_day(each.date, language),
                label("date", each.type, language),
                each.quote or date_note(each.note, each.by, language),
            )
            for each in tagging.dates
        ]
        heads = [t(f"paper.{name}", language) for name in ("date", "what", "words")]
        parts.append(f"<h2>{safe(t('message.dates', language))}</h2>{_table(rows, heads)}")
    quoted = _evidence(change, language)
    if quoted:
        parts.append(f"<h2>{safe(t('message.quotes', language))}</h2>{quoted}")
    if log:
        parts.append(
            f"<h2>{safe(t('web.nav.reviews', language))}</h2>{_log(log, language, redline.timezone)}"
        )
    parts.append(
        f"<h2>{safe(t('redline.title', language))}</h2><main>{html.body(redline, language)}</main>{html.annex(redline, language)}"
    )
    return render_pdf(printed_page(what, "".join(parts), language))


def reviews_pdf(
    log: Sequence[Mapping[str, Any]],
    titles: Mapping[str, Mapping[str, Any]],
    broken: Sequence[str],
    *,
    language: Language,
    timezone: str,
    made: str,
) -> bytes:
    """Return the review log as a PDF for an audit, oldest first, with its last hash.

    `broken` is what the check of the chain found; `made` is the time and program that made the file. Raises
    UsageError without the extra.
    """
    title = t("web.nav.reviews", language)
    if broken:
        state = t("web.chain-broken", language, line=broken[0])
    elif log:
        state = t("web.chain-whole", language, count=len(log))
    else:
        state = t("web.no-reviews", language)
    last = f'<p class="hash">{safe(log[-1]["chain"])}</p>' if log else ""
    table = _log(log, language, timezone, titles) if log else ""
    body = f"<h1>{safe(title)}</h1><p>{safe(state)}</p>{last}<p>{safe(made)}</p>{table}"
    return render_pdf(printed_page(title, body, language))


def render_pdf(page: str) -> bytes:
    """Return escaped HTML as a PDF, rendered in a worker process with limits. Raises UsageError where the extra
    is missing (with the way to install it), and where the page exceeds the worker's limits.
    """
    if find_spec("weasyprint") is None:
        raise UsageError(MISSING, cure=CURE)
    with _ONE:
        if os.name != "posix":
            return rendered(page)
        try:
            return _workers().run(rendered, page)
        except ParserCrashed as error:
            raise UsageError(
                "rendering this PDF takes more time or memory than the limit allows", cure="use Word or HTML"
            ) from error


def rendered(page: str) -> bytes:
    """Render in the worker process. Raises UsageError."""
    try:
        import weasyprint
    except (ImportError, OSError) as error:  # OSError: the package is there, Pango is not
        raise UsageError(MISSING, cure=CURE) from error
    made: bytes = weasyprint.HTML(string=page, url_fetcher=_refuse_resource).write_pdf()
    return made


@lru_cache(maxsize=1)
def _workers() -> Pool:
    """Return a worker pool for PDFs only, so that a PDF does not delay the parsing of documents."""
    made = Pool(size=1, memory=MEMORY, seconds=SECONDS, patience=2 * SECONDS)
    atexit.register(made.close)
    return made


def _refuse_resource(url: str, *_: object, **__: object) -> dict[str, Any]:
    """Refuse to load a resource: the document contains all that it needs."""
    raise ValueError(f"not fetched: {url}")


def printed_page(title: str, body: str, language: Language) -> str:
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{safe(title)}</title>'
        f"<style>{html.style()}{_STYLE}</style></head><body>{_breakable(body)}</body></html>"
    )


def _breakable(body: str) -> str:
    """Return text with break opportunities in long runs of letters. Without them WeasyPrint tries every letter
    of such a line, which takes up to a minute. Character references stay whole, and none of our own tags is
    that long.
    """
    return _LONG.sub(lambda found: "<wbr>".join(re.findall(".{1,30}", found[0])), body)


def _facts(change: Change, redline: Redline, language: Language, today: date) -> list[tuple[str, str]]:
    topics = [label("topic", topic.id, language) for topic in change.tagging.topics]
    numbered = " · ".join(filter(None, (change.document_number, change.citation)))
    # Text of the CFR, a page or a list does not state its own force: "not stated" would suggest doubt.
    standing = (
        status_line(change.tagging.status, today, language) if force_label(change, today, language) else ""
    )
    rows = [
        (t("paper.standing", language, day=format_day(today, language)), standing),
        (t("paper.title", language), change.title),
        (label("kind", change.kind.value, language), numbered),
        (t("message.topics", language), t("paper.comma", language).join(topics)),
        *redline.facts(language, hashes=False),
        (t("message.id", language), f"{change.id} ({t('web.revision', language, number=change.revision)})"),
    ]  # fmt: skip
    return [(name, value) for name, value in rows if value]


def _corrected(change: Change, language: Language) -> list[str]:
    corrected = correction_line(change, language)
    return [f"<p><b>{safe(t('correction.mark', language))}</b> {safe(corrected)}</p>"] if corrected else []


def _acts(change: Change, language: Language) -> str:
    """Each act with its quote: its facts under names, because paper is too narrow for so many columns."""
    made = []
    for row in act_rows(change.tagging.acts, language):
        named_cells = [(label("act", name, language), row.cells[name]) for name in COLUMNS if row.cells[name]]
        named_cells.append((t("act.judgement", language), level_badge(row.level, row.direction, language)))
        quote = f'<blockquote lang="en">{safe(row.quote)}</blockquote>' if row.quote else ""
        where = f"<small>{safe(row.where)}</small>" if row.where else ""
        made.append(f'<div class="act">{_table(named_cells)}{quote}{where}</div>')
    return "".join(made)


def _evidence(change: Change, language: Language) -> str:
    """Each passage once, with all that it shows: a quote that is part of a longer one is not repeated."""
    found = [
        *((label("topic", topic.id, language), each) for topic in change.tagging.topics for each in topic.evidence),
        *((t("message.nexus", language), each) for each in change.tagging.japan_nexus),
    ]  # fmt: skip
    texts = [fold_space(each.quote) for _, each in found]
    shown: dict[str, tuple[dict[str, None], Evidence]] = {}
    for (name, _), text in zip(found, texts, strict=True):
        whole = max((other for other in texts if text in other), key=len)
        names, _ = shown.setdefault(whole, ({}, found[texts.index(whole)][1]))
        names[name] = None
    return "".join(
        f"<div><b>{safe(t('paper.comma', language).join(names))}</b> <small>{safe(location_label(each.where, language))}</small>"
        f'<blockquote lang="en">{safe(each.quote)}</blockquote></div>'
        for names, each in shown.values()
    )


def _log(
    log: Sequence[Mapping[str, Any]],
    language: Language,
    timezone: str,
    titles: Mapping[str, Mapping[str, Any]] | None = None,
) -> str:
    heads = [t(f"web.review.{name}", language) for name in ("at", "who", "what")]
    rows = []
    for entry in log:
        value = review_words(entry, language)
        did = f"{label('web.did', entry['action'], language)} {value}".strip()
        row = [
            format_minute(from_text(entry["at"]), language, timezone),
            entry["who"],
            " – ".join(filter(None, (did, entry["note"]))),
        ]
        if titles is not None:
            row.append(
                f"{(titles.get(entry['change_id']) or {}).get('title') or ''} ({entry['change_id']}, {entry['revision']})"
            )
        rows.append([*row, entry["chain"][:16]])
    if titles is not None:
        heads.append(t("web.review.of", language))
    return _table(rows, [*heads, "SHA-256"])


def _table(rows: Sequence[Sequence[str]], heads: Sequence[str] = ()) -> str:
    head = f"<thead><tr>{''.join(f'<th>{safe(name)}</th>' for name in heads)}</tr></thead>" if heads else ""
    lines = []
    for row in rows:
        first, *rest = row
        cells = "".join(f"<td>{safe(cell)}</td>" for cell in rest)
        lines.append(f"<tr>{f'<td>{safe(first)}</td>' if heads else f'<th>{safe(first)}</th>'}{cells}</tr>")
    return f"<table>{head}<tbody>{''.join(lines)}</tbody></table>"


def safe(text: str) -> str:
    return escape(sanitize(text), quote=True)
