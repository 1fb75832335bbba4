"""The dates that a document sets, each typed, with its words, in New York's calendar.

Read from the DATES section, the title, action and abstract, the whole running text, instructions with a date of their
own, and Effective Date Notes; then from the record's fields. Which type a date has is decided by the words before it
in its clause, the nearest winning. In running text a date counts only where its sentence sets it (`operative`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tracker.clock import legal_day
from tracker.documents.text_view import Section, TextView, clip_quote
from tracker.legal_status.date_mentions import DATE, Base, Mention, mentions
from tracker.legal_status.operative_sentences import (
    Spot,
    of_another_state,
    sets_a_day,
    speaks_of_itself,
    tells_history,
)
from tracker.model import Document, DocumentKind, LegalDate, Unit, UnitKind
from tracker.text import fold_space

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
    ("hearing", re.compile(r"\b(?:(?:hearing|briefing|meeting|forum|conference|webinar)s?(?! (?:with|between)\b)|will (?:next )?(?:meet|convene)(?! with\b))\b[^.;]{0,120}\b(?:on|held|begin(?:ning)?|convene[sd]?|scheduled for|will be)\s*(?:\w+day,?\s*)?$", re.I)),
    ("expires", re.compile(r"\b(?:expir(?:es?|ation date of|ing|ed)|sunset(?:s)?|(?:remains?|continues?) in effect|(?:will|shall) continue (?:through|until)|valid|terminat\w+|licen[sc]es? (?:through|until)|extend\w* (?:\w+ ){0,6}(?:through|until|to)|(?:effective|in effect) (?:from )?[^.;]{0,60}(?:until|through|to)|available (?:through|until)|substitut\w+ the date of|reinstat\w+[^.;]{0,60}(?:through|until)|exclusions?[^.;]{0,80}(?:through|until))\b[^.;]{0,60}$", re.I)),
    ("effective", re.compile(r"\b(?:effective(?: dates?)?|takes? effect|in effect|enter(?:s|ed)? into force|applicab(?:le|ility)|applies to)\b[^.;]{0,140}$", re.I)),
)  # fmt: skip
# "The compliance date is extended to", "the effective date is changed from ... to": whose day is moved says what it is.
_MOVED = re.compile(
    r"^.*\b(?P<verb>(?:delay|postpon|deferr|extend|chang|mov|revis|advanc|reschedul|correct)\w*)\b[^.;]{0,120}?\b(?:until|to|through|from)\s*$",
    re.I | re.S,
)
_MOVES = ("until", "to", "through", "from")
_MOVED_DAYS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("compliance", re.compile(r"\bcompl(?:iance|y)\b", re.I)),
    ("comments-close", re.compile(r"\b(?:comments?|submissions?)\b", re.I)),
    ("effective", re.compile(r"\b(?:effective|effectiveness|effect|applicability)\b", re.I)),
    ("stay-ends", re.compile(r"\b(?:stay(?:ed|s)?|suspen\w+)\b", re.I)),
    ("expires", re.compile(r"\b(?:expir\w+|exclusions?|exemptions?|licen\w+|waivers?|authorization|validity)\b", re.I)),
)  # fmt: skip
_OLD = re.compile(
    r"\b(?:delay|postpon|deferr|extend|chang|mov|revis|advanc|reschedul|correct)\w*\b[^.;]{0,160}\bfrom\s*$"
    r"|\b(?:remov\w+ the expiration date of|instead of|originally|previously|ended on|had been)\s*$"
    r"|\b(?:was|were|been scheduled) to (?:have )?(?:take|taken|become|go|gone|enter|be)\b[^.;]{0,40}$",
    re.I,
)
# A sentence that moves the day on which another rule takes effect: the day it names is that rule's.
DELAYED = "delayed"
# A day that only the record of the API gives, where the text gives another one.
DISPUTED = "differs-from-text"
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
_NAMED = frozenset({"title", "action", "abstract"})
# "This 90-day suspension expires at ... on August 12", which the order then continues "until November 10".
_RUNS_OUT = re.compile(
    r"\b(?:expires?|ends?|(?:is|was|were|are) (?:set|due|scheduled) to (?:expire|end))\b", re.I
)
_CONTINUES = re.compile(r"\b(?:continu\w+|extend\w*|prolong\w*)\b[^.;]{0,260}\b(?:until|through|to)\b", re.I)
_ITS_OWN = re.compile(
    r"\bthis (?:order|proclamation|rule|notice|memorandum) (?:\w+ )?(?:expires?|ends?)\b", re.I
)
_COUNTED = frozenset({"effective", "comments-close", "compliance", "expires", "stay-ends", "proposals"})
_ENDINGS = frozenset({"expires", "stay-ends"})
_CONFINED = frozenset({"effective", "compliance", *_ENDINGS})
_FORCE = frozenset({"effective", *_ENDINGS})
_UNTIL = re.compile(r"\b(?:until|through|expires?|ends?|to)\s*(?:on|at)?\s*$", re.I)
_RUNNING = frozenset({UnitKind.PARAGRAPH, UnitKind.HEADING})
_AGENCIES = frozenset(
    {DocumentKind.RULE, DocumentKind.PROPOSED_RULE, DocumentKind.NOTICE, DocumentKind.CORRECTION}
)
_SIGNED = re.compile(r"(?:.{0,30}\bTHE WHITE HOUSE,?\s*)?(?P<day>\w+ \d{1,2}, \d{4})\.?", re.S)
_EXCEPTION = re.compile(r"\bexcept(?:ing)?\b[^;]*", re.I)
_DAY_WORDS = re.compile(
    r"(?:19|20)\d\d|/\d\d\b|publication|\b(?:after|following|from) (?:the )?(?:date of )?this", re.I
)
_OLD_WORDS = 300  # characters before a date in which it is said that it is past
_BEFORE = 20  # characters before a date that say what it is
_LEADING = 14  # first paragraphs that may hold the dates of a text recorded without its headings
_WHOLE = 8_000_000  # characters of running text that are read; the largest recorded rule has 900,000
_YEARS = 40  # further from the publication a day of the record's fields is a slip of the pen
_BOUNDARY = re.compile(
    r"(?<=[a-z0-9)\]][.;])\s+(?=[A-Z(])(?<!Nos\.\s)(?<!No\.\s)(?<!Jan\.\s)(?<!Feb\.\s)(?<!Mar\.\s)(?<!Apr\.\s)"
    r"(?<![ap]\.m\.\s)(?<!Aug\.\s)(?<!Sept\.\s)(?<!Oct\.\s)(?<!Nov\.\s)(?<!Dec\.\s)(?<!U\.S\.\s)"
    r"(?<!Co\.\s)(?<!Inc\.\s)(?<!Ltd\.\s)(?<!Corp\.\s)(?<!LLC\.\s)(?<!Bros\.\s)"
)


def legal_dates(reading: TextView, today: date) -> tuple[LegalDate, ...]:
    """All dates, in the order of the calendar; one entry a type, date and note.

    `today` stands in for the publication where a document has none, to tell a day from a slip of the pen.
    """
    document = reading.document
    base = _base(document)
    found: list[LegalDate] = []
    for section, strict in _sections(reading):
        if section.where.endswith(_NOTE):
            continue  # read below, where its own grammar is known
        if section.where.startswith("removed: "):
            continue  # words that were taken away set no date
        if _DAY_WORDS.search(section.text):
            manner = _Manner(
                strict, document.kind not in _AGENCIES, _tells(section) and not reading.is_change
            )
            found.extend(_read_section(section, base, manner))
    found.extend(_notes(reading))
    found.extend(_of_record(document, found, today))
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


def _base(document: Document) -> Base:
    """The days from which its relative days count. A page is not published in the Federal Register: it gives the day
    of its order alone."""
    by_president = document.kind in (DocumentKind.PRESIDENTIAL, DocumentKind.PAGE)
    signed = document.signing_date or (_signed(document) if by_president else None)
    if document.kind is DocumentKind.PAGE:
        return Base(None, signed or document.published)
    return Base(document.published, signed if by_president else document.published)


def _signed(document: Document) -> date | None:
    """The day under the text of an order, or over it: a paragraph with nothing but the day and the place."""
    for unit in (*reversed(document.units), *document.units[:4]):
        if len(unit.text) < 80 and (match := _SIGNED.fullmatch(unit.text.strip())):
            return next((mention.day for mention in mentions(match["day"])), None)
    return None


def plausible(day: date | None, document: Document, today: date) -> date | None:
    """A day of the record's fields, or nothing where it lies decades from the publication: 0202-12-05."""
    near = (document.published or today).year
    return day if day is not None and abs(day.year - near) <= _YEARS else None


def _of_record(document: Document, found: Sequence[LegalDate], today: date) -> Iterator[LegalDate]:
    """The days of the record's fields that the text does not give. Where the text gives another one for the whole
    document, both are kept and this one says that they differ."""
    for kind, said in (("effective", document.effective_on), ("comments-close", document.comments_close_on)):
        day = plausible(said, document, today)
        known = [entry for entry in found if entry.type == kind and not entry.superseded]
        if day is None or any(entry.date == day for entry in known):
            continue
        if any(not entry.note for entry in known):
            yield LegalDate(kind, day, note=DISPUTED, where="record")
        else:
            yield LegalDate(
                kind,
                day,
                quote=clip_quote(document.dates_text),
                where="dates" if document.dates_text else "record",
            )


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


def _sections(reading: TextView) -> Iterator[tuple[Section, bool]]:
    """The whole text, each piece with whether it must set its days itself: running text tells history as well."""
    document = reading.document
    if document.dates_text:
        yield Section("dates", document.dates_text, ""), False
    if reading.is_change:
        yield from ((section, False) for section in reading.text)
        return
    named = [section for section in reading.text if section.where in _NAMED or not document.units]
    yield from ((section, False) for section in named)
    loose = _loose(document)
    yield from ((Section(unit.path, unit.text, ""), False) for unit in loose)
    read, left = {unit.path for unit in loose}, _WHOLE
    for unit in document.units:
        if unit.kind in _RUNNING and unit.path not in read:
            left -= len(unit.text)
            if left < 0:
                break
            yield Section(unit.path, unit.text, ""), True
    for order in reading.orders:
        if re.search(r"\beffective\b", order.text, re.I) and DATE.search(order.text):
            words = order.text.removeprefix(f"{order.number}. ")
            yield Section(f"instruction {order.number}", f"instruction {order.number}: {words}", ""), False


def _loose(document: Document) -> list[Unit]:
    """The first paragraphs of a rule or notice that has no DATES section apart: its dates stand among them."""
    if document.dates_text or document.kind not in _AGENCIES:
        return []
    leading = [unit for unit in document.units if unit.kind in (UnitKind.PARAGRAPH, UnitKind.HEADING)]
    return [unit for unit in leading[:_LEADING] if len(unit.text) < 1_500]


@dataclass(frozen=True, slots=True)
class _Manner:
    """How strictly a section is read. `strict`: its sentences must set their days. `by_order`: it is no agency's, whose
    sentences must speak of the document itself besides. `told`: what it tells in the past is history."""

    strict: bool
    by_order: bool
    told: bool


def _tells(section: Section) -> bool:
    return (
        section.where not in _NAMED
        and section.where != "dates"
        and not section.where.startswith("instruction")
    )


def _read_section(section: Section, base: Base, manner: _Manner) -> Iterator[LegalDate]:
    quoted = 0
    for sentence in sentences(section.text):
        if _DAY_WORDS.search(sentence):
            yield from _read(sentence, base, section.where, manner, quoted)
        quoted = max(0, quoted + sentence.count("“") - sentence.count("”"))


def _read(sentence: str, base: Base, where: str, manner: _Manner, quoted: int) -> Iterator[LegalDate]:
    previous = ""
    last_end = 0
    own = _EXCEPTION.sub(lambda match: " " * len(match[0]), sentence)
    delays = (match := _DELAYS.search(own)) is not None and _OWN_DATE.search(sentence) is None
    turn = match.start() if match else 0
    for mention in mentions(sentence, base):
        before = sentence[: mention.start]
        kind = _kind(before)
        if kind is None and previous and re.fullmatch(_AND_ALSO, sentence[last_end : mention.start]):
            kind = previous
        if kind is None and where == "dates" and not before.strip(" :"):
            kind = "effective"
        spot = Spot(sentence, mention.start, mention.end, mention.day, base.signed or base.published, quoted)
        if manner.strict and kind != "effective" and sets_a_day(spot, "effective"):
            kind = kind if kind in _ENDINGS and _UNTIL.search(before) else "effective"
        last_end = mention.end
        if kind is None or kind == "published":
            continue
        if manner.told and not manner.strict and tells_history(spot):
            continue
        if kind in _FORCE and of_another_state(spot):
            continue
        if where.startswith("instruction") and before.count("“") > before.count("”"):
            continue  # words that the instruction puts into the text
        if mention.counted and kind not in _COUNTED:
            continue
        if manner.strict and not (
            sets_a_day(spot, kind) and (manner.by_order or speaks_of_itself(sentence, kind))
        ):
            continue
        if kind == "effective" and _OTHERS_DATE.search(before) and not _OWN_RULE.search(before):
            continue
        previous = kind
        note = confined_to(sentence, mention.start) if kind in _CONFINED else ""
        if delays and mention.start > turn and kind in ("effective", "expires", "compliance") and not note:
            kind, note = "compliance" if kind == "compliance" else "effective", DELAYED
        if kind == "proposals":
            kind, note = "comments-close", "proposals or applications due"
        if kind == "registration":
            kind, note = "hearing", "registration or questions due"
        yield LegalDate(
            kind,
            mention.day,
            note=note,
            quote=sentence if len(sentence) <= 400 else _window(sentence, mention),
            superseded=_OLD.search(before[-_OLD_WORDS:]) is not None,
            where=where,
            time=mention.time,
            zone=mention.zone,
            counted=mention.counted,
        )
    if base.published and _ON_PUBLICATION.search(sentence) and not DATE.search(sentence):
        quote = sentence if len(sentence) <= 400 else clip_quote(sentence)
        yield LegalDate("effective", base.published, quote=quote, where=where)


def _window(sentence: str, mention: Mention) -> str:
    left = sentence.rfind(" ", 0, max(0, mention.start - 200)) + 1
    right = sentence.find(" ", min(len(sentence), mention.end + 120))
    return sentence[left : right if right > 0 else len(sentence)]


def _kind(before: str) -> str | None:
    """The type whose words stand nearest before the date."""
    clause = _DOTTED.sub("", before[-260:])
    if moved := _of_moved(clause):
        return moved
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


def _of_moved(clause: str) -> str | None:
    """The type of a day to or from which something is moved: that of what is named nearest before the verb."""
    match = _MOVED.match(clause) if clause.rstrip().lower().endswith(_MOVES) else None
    if match is None:
        return None
    begun = clause[
        max(0, clause.rfind(".", 0, match.start("verb")), clause.rfind(";", 0, match.start("verb"))) :
    ]
    named = [(found.start(), kind) for kind, words in _MOVED_DAYS for found in words.finditer(begun)]
    if named:
        return max(named)[1]
    return "effective" if match["verb"].lower().startswith(("delay", "postpon", "deferr")) else None


def confined_to(sentence: str, place: int) -> str:
    """Which instruction or paragraph the words at a place of a sentence are confined to; empty where they speak of
    the whole document."""
    start = sentence.lower().rfind("except", 0, place)
    own = sentence[start:place] if start >= 0 else sentence[:place]
    if start >= 0:
        if match := _INSTRUCTION.search(own):
            return f"instruction {match['list']}"
        if match := _SCOPE.search(own):
            return fold_space(match["what"])
        if match := _EXCEPTED.match(own):
            return fold_space(match["what"])
        own = sentence[:place]
    if match := _INSTRUCTION.search(own):
        return f"instruction {match['list']}"
    if match := re.match(
        r"\W*(?:the )?(?:amendments?|revisions?|additions?) (?:to|of) (.{2,80}?) (?:is|are|will)\b", own, re.I
    ):
        return fold_space(match[1])
    return ""


def _notes(reading: TextView) -> Iterator[LegalDate]:
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


def effective_notes(reading: TextView) -> list[Unit]:
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


def _better(one: LegalDate, other: LegalDate) -> LegalDate:
    """Of two sentences that say the same day, the first; the other one where it alone gives the time of day."""
    superseded = one.superseded and other.superseded
    if other.time and not one.time:
        if one.where in _NAMED or one.where == "dates":
            return replace(one, superseded=superseded, time=other.time, zone=other.zone)
        one = other
    return replace(one, superseded=superseded)


def _continued(entry: LegalDate, entries: Iterable[LegalDate]) -> LegalDate:
    """The end of an earlier measure is superseded where the document tells of it and continues the measure."""
    if entry.type not in _ENDINGS or entry.superseded or _ITS_OWN.search(entry.quote):
        return entry
    told = _RUNS_OUT.search(entry.quote) is not None
    longer = any(
        other.type in _ENDINGS and other.date > entry.date and _CONTINUES.search(other.quote)
        for other in entries
    )
    return replace(entry, superseded=True) if told and longer else entry


def _settled(found: Sequence[LegalDate], published: date | None, *, moved: bool) -> tuple[LegalDate, ...]:
    """One entry a type, date and note. A deadline that was over when the document came out, or that an
    extension moved, is superseded."""
    kept: dict[tuple[str, date, str], LegalDate] = {}
    for entry in found:
        key = (entry.type, entry.date, entry.note)
        earlier = kept.get(key)
        kept[key] = entry if earlier is None else _better(earlier, entry)
    kept = {key: _continued(entry, kept.values()) for key, entry in kept.items()}
    last = max((entry.date for entry in kept.values() if entry.type == "comments-close"), default=None)
    for key, entry in kept.items():
        over = published is not None and entry.date < published
        if entry.type == "comments-close" and (over or (moved and entry.date != last)):
            kept[key] = replace(entry, superseded=True)
    return tuple(sorted(kept.values(), key=lambda d: (d.date, d.type, d.note)))
