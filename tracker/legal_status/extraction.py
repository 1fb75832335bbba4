"""The legal status that a document's own words give it, and since when.

The effect of one document on another is a `DocumentRelation`; `propagation` records it on the other document. Days
are those of New York. An end date is the last day on which the status applies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from tracker import citations
from tracker.clock import legal_day
from tracker.documents.text_view import TextView, abstract_of, clip_quote
from tracker.legal_status.date_mentions import mentions
from tracker.legal_status.legal_dates import (
    DELAYED,
    DISPUTED,
    confined_to,
    effective_notes,
    plausible,
    sentences,
)
from tracker.locations import instruction_numbers
from tracker.model import Document, DocumentKind, LegalDate, Status, Unit, UnitKind
from tracker.text import fold_space

NOT_ENFORCED = re.compile(
    r"\b(?:(?:will|does|do|shall) not (?:intend to )?(?:be )?enforc\w+|not to enforce|non-?enforcement|"
    r"refrain from enforc\w+|enforcement discretion|will not be enforced|instructed .{0,60} not to enforce)\b",
    re.I,
)
_WILL_NOT_ENFORCE = re.compile(
    r"\b(?:we|BIS|OFAC|DDTC|CBP|the (?:Bureau|Department|Agency|Commission|Office))\b[^.;]{0,80}\b(?:will|does|do|shall) not\b[^.;]{0,40}\benforc\w+"
)
_OPENING = 60  # units in which an agency's text may speak of its enforcement without naming itself
_WITHDRAWN = re.compile(r"\bwithdraw(?:al|n|s|ing)?\b", re.I)
_PART = re.compile(
    r"(?P<finer>(?:(?:the\s+)?(?:introductory text|(?:first|second|third|fourth|fifth|sixth|last)(?:,? (?:and|through) (?:first|second|third|fourth|fifth|sixth|last))* sentences?|notes? \d* ?)\s*(?:of|in|to)\s+)?)"
    r"paragraphs?\s+(?P<levels>(?:\((?:[a-z]{1,5}|\d{1,3}|[A-Z]{1,5})\))+(?:(?:,? and |, | through )(?:\((?:[a-z]{1,5}|\d{1,3}|[A-Z]{1,5})\))+)*)",
)
_LEVELS = re.compile(r"(?:\((?:[a-z]{1,5}|\d{1,3}|[A-Z]{1,5})\))+")
_STAYS = re.compile(r"\b(?:stay(?:ed|ing|s)?|suspend(?:ed|ing|s)?)\b", re.I)
_INDEFINITELY = re.compile(
    r"\b(?:is|are|remains?|be) (?:further |hereby |also )?(?P<how>delayed|postponed|deferred|stayed|suspended)[^.;]{0,30}"
    r"\b(?:indefinitely|until further notice)\b",
    re.I,
)
_BINDING = (DocumentKind.RULE, DocumentKind.PRESIDENTIAL, DocumentKind.CORRECTION)


def legal_status(reading: TextView, dates: Sequence[LegalDate], today: date) -> tuple[Status, ...]:
    """The statuses that a document's own words give it or its units."""
    document = reading.document
    if reading.is_change:
        return tuple(status for status in _noted(reading) if _touches(status, reading))
    if document.kind in (DocumentKind.CFR, DocumentKind.LIST):
        return tuple(_noted(reading))
    found: list[Status] = []
    found.extend(_not_enforced(reading))
    if document.kind is DocumentKind.PROPOSED_RULE:
        if _WITHDRAWN.search(f"{document.action} {document.title}"):
            said, where = (document.action, "action") if document.action else (document.title, "title")
            found.append(Status("withdrawn", document.published, quote=said, where=where))
        else:
            found.append(
                Status("proposed", document.published, quote=clip_quote(document.action), where="action")
            )
    elif document.kind is DocumentKind.NOTICE:
        found.extend(_of_notice(reading, dates, today))
    elif document.kind in _BINDING:
        found.extend(_in_force(reading, dates, today))
        found.extend(_stays_units(reading, dates))
        found.extend(_indefinite(reading))
    found.extend(_noted(reading))
    return tuple(dict.fromkeys(found))


def _touches(status: Status, reading: TextView) -> bool:
    """Whether a status applies to a unit that the change touches, or comes from a note that it adds."""
    return any(
        path.endswith("Effective Date Note")
        or any(covers_unit(u, path) or covers_unit(path, u) for u in status.units)
        for path in reading.touched
    )


def covers_unit(unit: str, path: str) -> bool:
    """Whether a path is that unit or lies below it."""
    if unit == path:
        return True
    return path.startswith(unit) and path[len(unit) : len(unit) + 1] in ("(", " ", ".")


def _in_force(reading: TextView, dates: Sequence[LegalDate], today: date) -> Iterator[Status]:
    document = reading.document
    own = [
        d for d in dates if d.type == "effective" and not d.superseded and d.note not in (DELAYED, DISPUTED)
    ]
    main = next((d for d in own if not d.note), None)
    start = (
        main.date if main else (document.signing_date if document.kind is DocumentKind.PRESIDENTIAL else None)
    )
    moved = {d.date for d in dates if d.note == DELAYED}
    said = plausible(document.effective_on, document, today)
    if start is None and said is not None:
        # The record of a document that delays another one gives the new day of that other document.
        start = document.published if said in moved else said
    quote, where = (main.quote, main.where) if main else ("", "")
    ends = next((d for d in dates if d.type == "expires" and not d.superseded and not d.note), None)
    if start is not None and today < start:
        yield from _waiting("published", document, start, quote=quote, where=where)
    if start is not None and ends is not None and today > ends.date >= start:
        yield Status("in-force", start, ends.date, quote=quote, where=where)
        yield Status("expired", ends.date + timedelta(days=1), quote=ends.quote, where=ends.where)
    elif start is not None:
        until = ends.date if ends and ends.date >= start else None
        yield Status("in-force", start, until, quote=quote, where=where)
    for entry in own:
        if entry.note and (start is None or entry.date > start):
            units = _instruction_units(reading, entry.note) or (entry.note,)
            yield from _waiting(
                "delayed", document, entry.date, units=units, quote=entry.quote, where=entry.where
            )


def _of_notice(reading: TextView, dates: Sequence[LegalDate], today: date) -> Iterator[Status]:
    """The force of a notice that applies from a day or until one, such as a license, an exclusion or a determination."""
    own = [one for one in dates if not (one.note or one.superseded or one.by)]
    if any(one.type == "effective" for one in own):
        yield from _in_force(reading, dates, today)
        return
    end = next((one for one in own if one.type == "expires"), None)
    start = reading.document.published
    if end is not None and start is not None and start <= end.date:
        yield Status("in-force", start, end.date, quote=end.quote, where=end.where)


def _indefinite(reading: TextView) -> Iterator[Status]:
    """The instructions or sections that a rule delays or stays without an end: "except for amendatory instruction 3,
    which is delayed indefinitely"."""
    document = reading.document
    named = (("dates", document.dates_text), ("abstract", abstract_of(document)))
    texts = [*named, *((unit.path, unit.text) for unit in document.units if unit.kind is UnitKind.PARAGRAPH)]
    for where, text in texts:
        if _INDEFINITELY.search(text) is None:
            continue
        for sentence in sentences(text):
            for match in _INDEFINITELY.finditer(sentence):
                note = confined_to(sentence, match.start())
                if note:
                    state = "stayed" if match["how"].lower().startswith(("stay", "suspend")) else "delayed"
                    units = _instruction_units(reading, note) or (note,)
                    yield Status(state, document.published, None, None, units, clip_quote(sentence), where)


def _waiting(
    state: str, document: Document, start: date, *, units: tuple[str, ...] = (), quote: str, where: str
) -> Iterator[Status]:
    """The days before a rule takes effect, from its publication, or from its filing where it takes effect
    before it is published; none where there are none."""
    last = start - timedelta(days=1)
    known = [document.published, legal_day(document.filed_at) if document.filed_at else None]
    since = next((day for day in known if day is not None and day <= last), None)
    if since is not None or not any(known):
        yield Status(state, since, last, units=units, quote=quote, where=where)


def _stays_units(reading: TextView, dates: Sequence[LegalDate]) -> Iterator[Status]:
    """The units that this document's instructions stay, until the day that it names."""
    document = reading.document
    staying = [order for order in reading.orders if _STAYS.search(order.text)]
    units = tuple(dict.fromkeys(path for order in staying for path in order.paths))
    if not units:
        return
    end = next((d for d in dates if d.type == "stay-ends" and not d.superseded), None)
    start = next((d for d in dates if d.type == "effective" and not d.superseded), None)
    since = start.date if start else document.published
    by = document.citation or document.document_number
    quote, where = (end.quote, end.where) if end else (clip_quote(staying[0].text), staying[0].where)
    yield Status(
        "stayed",
        since,
        end.date if end else None,
        by,
        units,
        quote,
        where,
        document.document_number if document.citation else None,
    )


def _instruction_units(reading: TextView, note: str) -> tuple[str, ...]:
    numbers = instruction_numbers(note)
    paths = [path for order in reading.orders if order.number in numbers for path in order.paths]
    if not paths:
        paths = [hit.value for hit in citations.find_citations(note) if hit.kind in ("cfr", "supplement")]
    return tuple(dict.fromkeys(paths))


def _not_enforced(reading: TextView) -> Iterator[Status]:
    document = reading.document
    texts = [("title", document.title), ("abstract", abstract_of(document))]
    by_order = document.kind in (DocumentKind.PRESIDENTIAL, DocumentKind.PAGE)
    for number, unit in enumerate(document.units):
        # Far down in an agency's preamble, enforcement is mostly history: the agency must speak of itself.
        if number < _OPENING or by_order or ("enforc" in unit.text and _WILL_NOT_ENFORCE.search(unit.text)):
            texts.append((unit.path, unit.text))
    for where, text in texts:
        if "enforc" in text.lower() and (match := NOT_ENFORCED.search(text)):
            start = max(0, text.rfind(". ", 0, match.start()) + 2) if ". " in text[: match.start()] else 0
            end = text.find(". ", match.end())
            quote = fold_space(text[start : end + 1 if end > 0 else len(text)])
            since = document.published or printed_day(document)
            yield Status("not-enforced", since, quote=clip_quote(quote), where=where)
            return


def printed_day(document: Document) -> date | None:
    """The date that a page without metadata prints near its top."""
    return next((mention.day for unit in document.units[:4] for mention in mentions(unit.text)), None)


def _noted(reading: TextView) -> Iterator[Status]:
    """The statuses of Effective Date Notes, one for each unit, so that each has its own quote."""
    for unit in effective_notes(reading):
        yield from note_status(unit, reading.document)


def note_status(unit: Unit, document: Document) -> Iterator[Status]:
    """ "At 90 FR 50857, Nov. 12, 2025, in § 744.11, paragraph (a)(1) was stayed, effective until Nov. 9, 2026."""
    text = fold_space(unit.text)
    state = _note_state(text)
    if state is None:
        return
    hits = citations.find_citations(text)
    by = next((hit.value for hit in hits if hit.kind == "fr"), None)
    since, until = _span(text)
    for path in note_units(text, unit, document):
        yield Status(state, since, until, by, (path,), text, unit.path)


def _note_state(text: str) -> str | None:
    if re.search(r"\b(?:stayed|suspended)\b", text, re.I):
        return "stayed"
    if re.search(r"\bdelayed\b", text, re.I):
        return "delayed"
    if re.search(r"\b(?:expires?|will be removed|removed, effective)\b", text, re.I):
        return "in-force"
    return None


def _span(text: str) -> tuple[date | None, date | None]:
    since = until = None
    for mention in mentions(text):
        if re.search(r"\b(?:until|through)\s*$", text[: mention.start]):
            until = mention.day
        elif since is None:
            since = mention.day
    return since, until


def note_units(text: str, unit: Unit, document: Document) -> list[str]:
    """The units a note names: of its section, the paragraphs; of a supplement, all or its opening."""
    place = next((hit for hit in citations.find_citations(text) if hit.kind in ("cfr", "supplement")), None)
    base = place.value if place else unit.path.split(" › ")[0]
    tail = text[place.end :] if place else text
    paths: list[str] = []
    if base.startswith("Supp"):
        if "introductory text" in tail:
            return _opening(base, document)
        return [base]
    section = base.split("(")[0]
    for part in _PART.finditer(tail):
        previous: tuple[str, ...] = ()
        for levels in _LEVELS.findall(part["levels"]):
            own = tuple(re.findall(r"\(([^)]*)\)", levels))
            if previous and len(own) < len(previous):
                own = citations.next_designators(previous, own)
            previous = own
            paths.append(section + "".join(f"({level})" for level in own))
    return list(dict.fromkeys(paths)) or [base]


def _opening(base: str, document: Document) -> list[str]:
    """The paragraphs of a supplement before its first table, heading or entry."""
    found: list[str] = []
    inside = False
    for unit in document.units:
        if unit.path == base or (not inside and unit.path.startswith(f"{base} ")):
            inside = True
            if unit.path == base and unit.kind is not UnitKind.PARAGRAPH:
                continue
        if not inside:
            continue
        if not unit.path.startswith(base) or unit.kind in (
            UnitKind.ROW,
            UnitKind.HEADING,
            UnitKind.EFFECTIVE_NOTE,
        ):
            break
        if unit.kind is UnitKind.PARAGRAPH:
            found.append(unit.path)
    return found or [f"{base} › introductory text"]
