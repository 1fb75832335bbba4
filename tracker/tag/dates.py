"""The dates that a document sets, each typed, with its words, in New York's calendar.

Read from the DATES section, the title, action and abstract, the first paragraphs of a text without
those, instructions with a date of their own, and Effective Date Notes; then from the record's fields.
Which type a date has is decided by the words before it in its clause, the nearest winning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tracker.clock import legal_day
from tracker.model import DocumentKind, LegalDate, Unit, UnitKind
from tracker.tag.reading import Reading, Section, clip
from tracker.text import fold_space

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
            "august aug", "september sept sep", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = r"Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
DATE = re.compile(
    rf"\b(?:(?P<m>{_MONTH})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>(?:19|20)\d\d)"
    rf"|(?P<d2>\d{{1,2}})\s+(?P<m2>{_MONTH})\.?,?\s+(?P<y2>(?:19|20)\d\d)"
    r"|(?P<mn>\d{1,2})/(?P<dn>\d{1,2})/(?P<yn>(?:19|20)\d\d|\d\d)"
    r"|(?P<iso>(?:19|20)\d\d-\d\d-\d\d)(?!\d|-))",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?P<n>\d{1,3})(?:\s*\([\w -]+\))?\s+days?\s+(?:after|from)\s+(?:the\s+)?(?:date\s+of\s+)?(?:its\s+)?publication",
    re.I,
)
_ON_PUBLICATION = re.compile(
    r"\b(?:effective|applicable)\s+(?:up)?on\s+(?:the\s+date\s+of\s+)?publication", re.I
)
_CLAUSES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("published", re.compile(r"\b(?:published|issued|dated|signed|released|appeared|filed|adopted|announced|initiated|entitled|imposed|became effective|decided|invasion|posted|convicted|beginning)\b(?:(?!\b(?:from|until|through)\b)[^.;]){0,60}$", re.I)),
    ("stay-ends", re.compile(r"\b(?:stay(?:ed|s)?|suspen(?:d\w*|sion))\b[^.;]{0,160}\b(?:until|through|end(?:s)?(?: on)?|to end|expires?)\s*(?:\d{1,2}:\d\d\s?[ap]m[^,]*,\s*)?$", re.I)),
    ("comments-close", re.compile(r"\b(?:comments?|submissions?|responses?|input|rebuttals?|objections?|requests to (?:appear|testify))\b[^.;]{0,200}\b(?:by|before|until|through|to|than|on|is|deadline is|closes?|ends?|due)\s*:?\s*(?:[^.;]{0,40}(?:ET|EST|EDT|time|pm|am)[^.;]{0,30})?$", re.I)),
    ("comments-close", re.compile(r"\b(?:comment period|deadline for (?:written )?comments)\b[^.;]{0,160}\b(?:to|until|through|by|is|on|from)\s*$", re.I)),
    ("proposals", re.compile(r"\b(?:proposals?|applications?|nominations?|bids)\b[^.;]{0,160}\b(?:by|before|until|through|to|than|due)\s*(?:[^.;]{0,40}(?:ET|EST|EDT|time|pm|am)[^.;]{0,30})?$", re.I)),
    ("compliance", re.compile(r"\b(?:compliance (?:date|is required|with)|must comply|comply with)\b[^.;]{0,120}$", re.I)),
    ("registration", re.compile(r"\b(?:(?<!Federal )regist(?:er|ration)|questions? (?:for\b[^.;]{0,60}|must|should)|requests? to (?:speak|appear))\b[^.;]{0,120}$", re.I)),
    ("hearing", re.compile(r"\b(?:(?:hearing|briefing|meeting|forum|conference|webinar)s?|will (?:next )?(?:meet|convene))\b[^.;]{0,120}\b(?:on|held|begin(?:ning)?|convene[sd]?|scheduled for|will be)\s*(?:\w+day,?\s*)?$", re.I)),
    ("expires", re.compile(r"\b(?:expir(?:es?|ation date of|ing|ed)|sunset(?:s)?|remain(?:s)? in effect|valid|terminat\w+|licen[sc]es? (?:through|until)|extend\w* (?:\w+ ){0,6}(?:through|until|to)|(?:effective|in effect) (?:from )?[^.;]{0,60}(?:until|through|to)|available (?:through|until)|substitut\w+ the date of|reinstat\w+[^.;]{0,60}(?:through|until)|exclusions?[^.;]{0,80}(?:through|until))\b[^.;]{0,60}$", re.I)),
    ("effective", re.compile(r"\b(?:delay|postpon|deferr)ed\b[^.;]{0,60}\b(?:until|to|through)\s*$", re.I)),
    ("effective", re.compile(r"\b(?:effective(?: dates?)?|takes? effect|in effect|enter(?:s|ed)? into force|applicab(?:le|ility)|applies to)\b[^.;]{0,140}$", re.I)),
)  # fmt: skip
_OLD = re.compile(
    r"(?<!effective )(?<!applicable )(?<!in effect )\bfrom\s*$|\b(?:remov\w+ the expiration date of|instead of|originally|previously|ended on|had been)\s*$"
    r"|\b(?:was|were|been scheduled) to (?:have )?(?:take|taken|become|go|gone|enter|be)\b[^.;]{0,40}$",
    re.I,
)
# A sentence that moves the day on which another rule takes effect: the day it names is that rule's.
DELAYED = "delayed"
_DELAYS = re.compile(
    r"\b(?:delay(?:s|ed|ing)?|postpon(?:e|es|ed|ing)|defer(?:s|red|ring)?)\b[^.;]{0,60}\b(?:effective|compliance|applicability) dates?\b"
    r"|\b(?:effective|compliance|applicability) dates?\b[^;]{0,260}\b(?:delayed|postponed|deferred)\b"
    r"|\brule\b[^;]{0,200}\bis (?:further )?(?:delayed|postponed|deferred) (?:until|to)\b",
    re.I,
)
_OWN_DATE = re.compile(
    r"\bdates? (?:of|for) (?:this|the present) (?:\w+ ){0,3}(?:rule|notice|document|action)\b", re.I
)
# The other rule's dates, told in passing: "published on September 30, 2025, and effective September 29, 2025".
_OTHERS_DATE = re.compile(
    r"\bpublished\b[^;]{0,120}(?:\band|,|\bwhich|\bthat)\s+(?:(?:was|is|became|were|made)\s+)*effective\s*(?:on|as of|date of)?\s*$",
    re.I,
)
_OWN_RULE = re.compile(r"\bthis (?:\w+ ){0,3}(?:rule|notice|action)\b[^;]{0,20}\bpublished\b", re.I)
_STAYING = re.compile(r"\b(?:stay(?:s|ed|ing)?|suspension|suspending)\b(?! of liquidation)", re.I)
_EFFECTIVE_UNTIL = re.compile(
    r"\b(?:effective|in effect|applicable)\b[^;]{0,80}\b(?:through|until|to)\b", re.I
)
# "February 28, 2024 through Friday, March 1, 2024", "March 26, 2024, from 8:00 a.m. to 4:30 p.m. and Wednesday, March 27"
_AND_ALSO = re.compile(
    r"\s*(?:,?\s*(?:from|at) \d{1,2}(?::\d\d)?\s?[ap]\.?m\.?(?: (?:to|until|through) \d{1,2}(?::\d\d)?\s?[ap]\.?m\.?)?[^.;\d]{0,40}?)?"
    r"\s*(?:,|;|and|or|to|through|until|,? and)\s*(?:(?:on\s+)?\w+day,?\s*)?",
    re.I,
)
_INSTRUCTION = re.compile(
    r"\b(?:amendatory\s+)?instructions?(?:\s+numbers?)?\s+(?P<list>\d{1,3}(?:\.[a-z]+)?(?:(?:,\s*(?:and\s+)?|\s+and\s+|\s+through\s+|-)\d{1,3}(?:\.[a-z]+)?)*)",
    re.I,
)
_SCOPE = re.compile(
    r"\b(?:except(?: for)?|(?:the )?(?:amendments?|revisions?|additions?) (?:to|of))\s+(?P<what>(?:§+\s?|Sec(?:s|tions?)?\.?\s+|paragraphs?\s|supplements?\s|15 CFR\s)[^,;]{2,80})",
    re.I,
)
_EXCEPTED = re.compile(
    r"except(?: for| that)?\s+(?P<what>[^;]{3,80}?),?\s+(?:which|that)\s+(?:is|are|will|takes?|shall|becomes?)\b",
    re.I,
)
_DOTTED = re.compile(r"(?<=\d)\.(?=\d)|(?<=\b[ap])\.(?=m\b)|(?<=\b[ap]\.m)\.|(?<=\bU)\.(?=S\b)|(?<=\bU\.S)\.")
_RUN = 3_000
_NOTE = "Effective Date Note"
_DIGITS = re.compile(r"(?:19|20)\d\d|/\d\d\b")
_BEFORE = 20  # characters before a date that say what it is
_LEADING = 14  # first paragraphs that may hold the dates of a text recorded without its headings
_BOUNDARY = re.compile(
    r"(?<=[a-z0-9)\]][.;])\s+(?=[A-Z(])(?<!Nos\.\s)(?<!No\.\s)(?<!Jan\.\s)(?<!Feb\.\s)(?<!Mar\.\s)(?<!Apr\.\s)"
    r"(?<![ap]\.m\.\s)(?<!Aug\.\s)(?<!Sept\.\s)(?<!Oct\.\s)(?<!Nov\.\s)(?<!Dec\.\s)(?<!U\.S\.\s)"
    r"(?<!Co\.\s)(?<!Inc\.\s)(?<!Ltd\.\s)(?<!Corp\.\s)(?<!LLC\.\s)(?<!Bros\.\s)"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """One calendar date as written: `sentence[start:end]`."""

    day: date
    start: int
    end: int


def mentions(text: str) -> Iterator[Mention]:
    """Every calendar date written in a text; impossible ones (February 30) are no dates."""
    for match in DATE.finditer(text):
        day = _calendar(match)
        if day is not None:
            yield Mention(day, match.start(), match.end())


def _calendar(match: re.Match[str]) -> date | None:
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        if match["mn"]:
            year = int(match["yn"])
            return date(year if year > 99 else 2000 + year, int(match["mn"]), int(match["dn"]))
        month = (match["m"] or match["m2"]).lower().rstrip(".")
        return date(int(match["y"] or match["y2"]), _MONTHS[month], int(match["d"] or match["d2"]))
    except (ValueError, KeyError):
        return None


def legal_dates(reading: Reading, today: date) -> tuple[LegalDate, ...]:
    """All dates, in the order of the calendar; one entry a type, date and note.

    `today` only bounds what a relative date can mean where the document has no publication date.
    """
    document = reading.document
    found: list[LegalDate] = []
    for section in _sections(reading):
        if _DIGITS.search(section.text) is None and "publication" not in section.text:
            continue
        if section.where.endswith(_NOTE):
            continue  # read below, where its own grammar is known
        if section.where.startswith("removed: "):
            continue  # words that were taken away set no date
        for sentence in sentences(section.text):
            found.extend(_read(sentence, document.published or today, section.where))
    found.extend(_notes(reading))
    for kind, day in (("effective", document.effective_on), ("comments-close", document.comments_close_on)):
        if day is not None and not any(f.type == kind and f.date == day for f in found):
            found.append(LegalDate(kind, day, quote=clip(document.dates_text), where="dates"))
    if document.published is not None and not reading.is_change and document.document_number:
        found.append(LegalDate("published", document.published))
    if document.filed_at is not None:
        found.append(LegalDate("filed-for-inspection", legal_day(document.filed_at)))
    if document.kind not in (DocumentKind.CFR, DocumentKind.LIST) and _STAYING.search(
        f"{document.title} {document.action}"
    ):
        found = [_end_of_stay(entry) for entry in found]
    extended = re.search(r"\b(?:extend|extension|reopen)", f"{document.title} {document.action}", re.I)
    return _settled(found, document.published, moved=extended is not None)


def _end_of_stay(entry: LegalDate) -> LegalDate:
    """Of a document that stays a rule, the last day of its own effect is the last day of the stay."""
    if entry.type == "expires" and not entry.note and _EFFECTIVE_UNTIL.search(entry.quote):
        return replace(entry, type="stay-ends")
    return entry


def sentences(text: str) -> list[str]:
    """Sentences, verbatim but for white space; a run without full stops is cut at words, so that a
    table of dates costs no more than prose."""
    found: list[str] = []
    for piece in _BOUNDARY.split(fold_space(text)):
        rest = piece
        while len(rest) > _RUN:
            cut = rest.rfind(" ", _RUN // 2, _RUN)
            cut = cut if cut > 0 else _RUN
            found.append(rest[:cut])
            rest = rest[cut:].lstrip()
        if rest:
            found.append(rest)
    return found


def _sections(reading: Reading) -> Iterator[Section]:
    document = reading.document
    if document.dates_text:
        yield Section("dates", document.dates_text, "")
    yield from reading.text[:6] if document.units else reading.text
    if reading.is_change or not document.units:
        return
    seen = {section.where for section in reading.text[:6]}
    leading = [u for u in document.units if u.kind in (UnitKind.PARAGRAPH, UnitKind.HEADING)][:_LEADING]
    for unit in leading:
        if unit.path not in seen and DATE.search(unit.text) and len(unit.text) < 1_500:
            yield Section(unit.path, unit.text, "")
    for order in reading.orders:
        if re.search(r"\beffective\b", order.text, re.I) and DATE.search(order.text):
            words = order.text.removeprefix(f"{order.number}. ")
            yield Section(f"instruction {order.number}", f"instruction {order.number}: {words}", "")


def _read(sentence: str, published: date, where: str) -> Iterator[LegalDate]:
    quote = sentence if len(sentence) <= 400 else clip(sentence)
    previous = ""
    last_end = 0
    delays = (match := _DELAYS.search(sentence)) is not None and _OWN_DATE.search(sentence) is None
    turn = match.start() if match else 0
    for mention in mentions(sentence):
        before = sentence[: mention.start]
        kind = _kind(before)
        if kind is None and previous and re.fullmatch(_AND_ALSO, sentence[last_end : mention.start]):
            kind = previous
        if kind is None and where == "dates" and not before.strip(" :"):
            kind = "effective"
        last_end = mention.end
        if kind is None or kind == "published":
            continue
        if kind == "effective" and _OTHERS_DATE.search(before) and not _OWN_RULE.search(before):
            continue
        previous = kind
        note = _note(sentence, mention, kind)
        if delays and mention.start > turn and kind in ("effective", "expires", "compliance"):
            kind, note = "compliance" if kind == "compliance" else "effective", DELAYED
        if kind == "proposals":
            kind, note = "comments-close", "proposals or applications due"
        if kind == "registration":
            kind, note = "hearing", "registration or questions due"
        own = sentence if len(sentence) <= 400 else _window(sentence, mention)
        yield LegalDate(
            kind,
            mention.day,
            note=note,
            quote=own,
            superseded=_OLD.search(before) is not None,
            where=where,
        )
    if match := _RELATIVE.search(sentence):
        kind = _kind(sentence[: match.start()]) or ""
        if kind in ("effective", "comments-close", "compliance"):
            yield LegalDate(kind, published + timedelta(days=int(match["n"])), quote=quote, where=where)
    elif _ON_PUBLICATION.search(sentence) and not DATE.search(sentence):
        yield LegalDate("effective", published, quote=quote, where=where)


def _window(sentence: str, mention: Mention) -> str:
    left = sentence.rfind(" ", 0, max(0, mention.start - 200)) + 1
    right = sentence.find(" ", min(len(sentence), mention.end + 120))
    return sentence[left : right if right > 0 else len(sentence)]


def _kind(before: str) -> str | None:
    """The type whose words stand nearest before the date."""
    clause = _DOTTED.sub("", before[-260:])
    best: tuple[int, str] | None = None
    for kind, pattern in _CLAUSES:
        match = pattern.search(clause)
        last = -1
        while match is not None:
            last = match.start()
            match = pattern.search(clause, last + 1)
        if last >= 0 and (best is None or last > best[0]):
            best = (last, kind)
    if best is None:
        return None
    if best[1] == "effective" and re.search(r"\b(?:until|through)\s*$", clause):
        return "expires"
    return best[1]


def _note(sentence: str, mention: Mention, kind: str) -> str:
    """Which instruction or paragraph a date is confined to; empty where it is the document's own."""
    if kind not in ("effective", "compliance", "expires", "stay-ends"):
        return ""
    start = sentence.lower().rfind("except", 0, mention.start)
    own = sentence[start : mention.start] if start >= 0 else sentence[: mention.start]
    if start >= 0:
        if match := _INSTRUCTION.search(own):
            return f"instruction {match['list']}"
        if match := _SCOPE.search(own):
            return fold_space(match["what"])
        if match := _EXCEPTED.match(own):
            return fold_space(match["what"])
        own = sentence[: mention.start]
    if match := _INSTRUCTION.search(own):
        return f"instruction {match['list']}"
    if match := re.match(
        r"\W*(?:the )?(?:amendments?|revisions?|additions?) (?:to|of) (.{2,80}?) (?:is|are|will)\b", own, re.I
    ):
        return fold_space(match[1])
    return ""


def _notes(reading: Reading) -> Iterator[LegalDate]:
    for unit in effective_notes(reading):
        text = fold_space(unit.text)
        for mention in mentions(text):
            before = text[max(0, mention.start - _BEFORE) : mention.start]
            if re.search(r"\b(?:until|through)\s*$", before):
                yield LegalDate(
                    "stay-ends" if "stay" in text or "suspend" in text else "expires",
                    mention.day,
                    note=unit.path,
                    quote=text,
                    where=unit.path,
                )
            elif re.search(r"\beffective\s*$", before) and "delayed" not in text:
                yield LegalDate("effective", mention.day, note=unit.path, quote=text, where=unit.path)


def effective_notes(reading: Reading) -> list[Unit]:
    """Effective Date Notes of a document; of a change, those on the sections that it touches."""
    notes = [u for u in reading.document.units if u.kind is UnitKind.EFFECTIVE_NOTE]
    if not reading.is_change:
        return notes
    return [note for note in notes if _beside(note.path, reading.touched)]


def _beside(note: str, touched: Iterable[str]) -> bool:
    """A note stands for its section; that of a supplement not for each of its entries."""
    base = note.split(" › ", maxsplit=1)[0]
    if base.startswith("Supp"):
        return any(path == note or path.startswith(f"{base} ¶") for path in touched)
    within = (f"{base}(", f"{base} ")
    return any(path == base or path.startswith(within) for path in touched)


def _settled(found: Sequence[LegalDate], published: date | None, *, moved: bool) -> tuple[LegalDate, ...]:
    """One entry a type, date and note. A deadline that was over when the document came out, or that an
    extension moved, is superseded."""
    kept: dict[tuple[str, date, str], LegalDate] = {}
    for entry in found:
        key = (entry.type, entry.date, entry.note)
        earlier = kept.get(key)
        if earlier is None:
            kept[key] = entry
        elif earlier.superseded and not entry.superseded:
            kept[key] = replace(earlier, superseded=False)
    last = max((entry.date for entry in kept.values() if entry.type == "comments-close"), default=None)
    for key, entry in kept.items():
        over = published is not None and entry.date < published
        if entry.type == "comments-close" and (over or (moved and entry.date != last)):
            kept[key] = replace(entry, superseded=True)
    return tuple(sorted(kept.values(), key=lambda d: (d.date, d.type, d.note)))
