"""The dates that a document sets, each with its type and its quoted words. Days are New York's.

Read from the DATES section, the title, action and abstract, the whole running text, instructions with a date of their
own, and Effective Date Notes; then from the record's fields. Which type a date has is decided by the words before it
in its clause, the nearest winning. In running text a date counts only where its sentence sets it (`operative_sentences`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tracker.clock import legal_day
from tracker.documents.text_view import Section, TextView, clip_quote
from tracker.legal_status.application_dates import with_application_days
from tracker.legal_status.date_mentions import DATE, Mention, day_in_words, mentions, time_in
from tracker.legal_status.date_types import (
    is_listed,
    type_by_words_after,
    type_by_words_before,
    type_in_list,
    type_of_moved,
)
from tracker.legal_status.earlier_dates import is_of_another_rule, is_replaced
from tracker.legal_status.operative_sentences import (
    Spot,
    of_another_state,
    reports_history,
    sets_a_day,
    speaks_of_itself,
)
from tracker.legal_status.relative_days import Base
from tracker.locations import at_instruction, printed_instructions
from tracker.model import Document, DocumentKind, LegalDate, Unit, UnitKind
from tracker.text import fold_space

_ON_PUBLICATION = re.compile(
    r"\b(?:effective|applicable|takes? effect)\s+(?:immediately\s+)?(?:up)?on\s+(?:the\s+date\s+of\s+)?(?:its\s+)?publication",
    re.I,
)
# A sentence that moves the effective date of another rule: its day is that rule's.
DELAYED = "delayed"
# A day that only the API's record gives, where the text gives another one.
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
_STAYING = re.compile(r"\b(?:stay(?:s|ed|ing)?|suspension|suspending)\b(?! of liquidation)", re.I)
_EFFECTIVE_UNTIL = re.compile(
    r"\b(?:effective|in effect|applicable)\b[^;]{0,80}\b(?:through|until|to)\b", re.I
)
# "February 28, 2024 through Friday, March 1, 2024", "March 26, 2024, from 8:00 a.m. to 4:30 p.m. and Wednesday, March 27"
_AND_ALSO = re.compile(
    r"\s*(?:,?\s*and,?\s+if\s+(?:necessary|needed)|,?\s*(?:from|at) \d{1,2}(?::\d\d)?\s?[ap]\.?m\.?(?: (?:to|until|through) \d{1,2}(?::\d\d)?\s?[ap]\.?m\.?)?[^.;\d]{0,40}?)?"
    r"\s*(?:,|;|and|or|&|[-–—]|to|through|until|,? and)\s*(?:(?:on\s+)?\w+day,?\s*)?",
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
_COUNTED = frozenset(
    {"effective", "comments-close", "compliance", "expires", "stay-ends", "applications-close"}
)
# The types of the days that a field of the record may mean: it has one closing day, of comments or of applications.
_SAME_FIELD = {"effective": ("effective",), "comments-close": ("comments-close", "applications-close")}
_CLOSES = ("comments-close", "applications-close")
_ENDINGS = frozenset({"expires", "stay-ends"})
_CONFINED = frozenset({"effective", "compliance", *_ENDINGS})
_FORCE = frozenset({"effective", *_ENDINGS})
_UNTIL = re.compile(r"\b(?:until|through|expires?|ends?|to)\s*(?:on|at)?\s*$", re.I)
_RUNNING = frozenset({UnitKind.PARAGRAPH, UnitKind.HEADING})
_AGENCIES = frozenset(
    {DocumentKind.RULE, DocumentKind.PROPOSED_RULE, DocumentKind.NOTICE, DocumentKind.CORRECTION}
)
_SIGNED = re.compile(r"(?:.{0,30}\bTHE WHITE HOUSE,?\s*)?(?P<day>\w+ \d{1,2}, \d{4})\.?", re.S)
_NAMED_ORDER = re.compile(
    r"(?:Executive Order|Proclamation|Memorandum|Notice|Order|Presidential Determination|Determination)"
    r"(?:\s+No\.)?(?:\s+[\d-]+)?\s+of\s+(?P<day>\w+ \d{1,2}, \d{4})\.?"
)
_EXCEPTION = re.compile(r"\bexcept(?:ing)?\b[^;]*", re.I)
_DAY_WORDS = re.compile(  # of a text in lower case
    r"(?:19|20)\d\d|/\d\d\b|publication|published|immediately|signature|signing|hereof|\bits date\b"
    r"|\b(?:after|following|from|on|of) (?:the )?(?:date of )?this"
)
# What joins the two days of a window: "on or after May 6, 2030, and before June 4, 2030".
_WINDOW_OPENS = re.compile(
    r"\b(?:on (?:or|and) after|from|beginning(?: on)?|starting(?: on)?|effective(?: on)?)\s*$", re.I
)
_WINDOW_CLOSES = re.compile(
    r"\s*,?\s*(?:(?:and|but|or)\s+)?(?:(?:continuing|ending|lasting|up)\s+)?(?:before|prior to|through|until|till|to|on or before|"
    r"(?:up )?to and including|(?:no|not) later than|ending(?: on)?)\s*",
    re.I,
)
_INSTEAD = re.compile(r"\W*(?:instead of|rather than|in place of)\W*", re.I)
# A footnote that a page or a text prints as a paragraph.
_FOOTNOTE = re.compile(r"^(?:\\\d{1,3}\\|\[\d{1,3}\]|\d{1,3}\.?\s+See\b)")
_BEFORE = 20  # characters before a date that say what it is
_LEADING = 14  # first paragraphs that may hold the dates of a text recorded without its headings
_WHOLE = 8_000_000  # characters of running text that are read; the largest recorded rule has 900,000
_YEARS = 40  # a day of the record's fields further from the publication is a misprint
_BOUNDARY = re.compile(
    r"(?<=[a-z0-9)\]][.;])\s+(?=[A-Z(])(?<!Nos\.\s)(?<!No\.\s)(?<!Jan\.\s)(?<!Feb\.\s)(?<!Mar\.\s)(?<!Apr\.\s)"
    r"(?<![ap]\.m\.\s)(?<!Aug\.\s)(?<!Sept\.\s)(?<!Oct\.\s)(?<!Nov\.\s)(?<!Dec\.\s)(?<!U\.S\.\s)"
    r"(?<!Co\.\s)(?<!Inc\.\s)(?<!Ltd\.\s)(?<!Corp\.\s)(?<!LLC\.\s)(?<!Bros\.\s)"
)


def legal_dates(reading: TextView, today: date) -> tuple[LegalDate, ...]:
    """All dates by day; one entry for each type, date and note.

    `today` replaces the publication date where a document has none, to recognize misprinted years.
    """
    document = reading.document
    base = base_days(document)
    found: list[LegalDate] = []
    for section, strict in _sections(reading):
        if section.where.endswith(_NOTE):
            continue  # read below with its own grammar
        if section.removed:
            continue  # removed words set no date
        if _DAY_WORDS.search(section.text.lower()):
            manner = _Manner(
                strict, document.kind not in _AGENCIES, _may_report_history(section) and not reading.is_change
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
    found = with_application_days(found, document)
    extended = re.search(r"\b(?:extend|extension|reopen)", f"{document.title} {document.action}", re.I)
    return _settled(found, document.published, moved=extended is not None)


def base_days(document: Document) -> Base:
    """The days from which relative days count. A page is not published in the Federal Register and has only the day
    of its order."""
    by_president = document.kind in (DocumentKind.PRESIDENTIAL, DocumentKind.PAGE)
    signed = document.signing_date or (_signed(document) if by_president else None)
    if document.kind is DocumentKind.PAGE:
        return Base(None, signed or document.published)
    return Base(document.published, signed if by_president else document.published)


def _signed(document: Document) -> date | None:
    """The day under the text of an order, or over it: a paragraph with nothing but the day and the place, the line that
    names the order and its day, or the sentence that dates a proclamation in words."""
    for unit in (*reversed(document.units), *document.units[:_LEADING]):
        text = unit.text.strip()
        match = (_SIGNED.fullmatch(text) or _NAMED_ORDER.fullmatch(text)) if len(text) < 80 else None
        if match:
            return next((mention.day for mention in mentions(match["day"])), None)
        if "hereunto" in text and (day := day_in_words(text)):
            return day
    return None


def plausible(day: date | None, document: Document, today: date) -> date | None:
    """A day of the record's fields; None where it is decades from the publication, such as 0202-12-05."""
    near = (document.published or today).year
    return day if day is not None and abs(day.year - near) <= _YEARS else None


def _of_record(document: Document, found: Sequence[LegalDate], today: date) -> Iterator[LegalDate]:
    """The days of the record's fields that the text does not give. Where the text gives another one for the whole
    document, both are kept and this one is noted as different."""
    for kind, said in (("effective", document.effective_on), ("comments-close", document.comments_close_on)):
        day = plausible(said, document, today)
        known = [entry for entry in found if entry.type in _SAME_FIELD[kind] and not entry.superseded]
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
    """In a document that stays a rule, the last day of its own effect becomes the end of the stay."""
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
    """The whole text in pieces, each with whether its sentences must set their days: running text also reports
    history."""
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
        if _is_running(unit) and unit.path not in read:
            left -= len(unit.text)
            if left < 0:
                break
            yield Section(unit.path, unit.text, ""), True
    for order in reading.orders:
        if re.search(r"\beffective\b", order.text, re.I) and DATE.search(order.text):
            words = order.text.removeprefix(f"{order.number}. ")
            where = at_instruction(order.number)
            yield Section(where, f"{where}: {words}", ""), False


def _loose(document: Document) -> list[Unit]:
    """The first paragraphs of a rule or notice without a DATES section, which may contain its dates."""
    if document.dates_text or document.kind not in _AGENCIES:
        return []
    leading = [unit for unit in document.units if _is_running(unit)]
    return [unit for unit in leading[:_LEADING] if len(unit.text) < 1_500]


def _is_running(unit: Unit) -> bool:
    return unit.kind in _RUNNING and _FOOTNOTE.match(unit.text) is None


@dataclass(frozen=True, slots=True)
class _Manner:
    """How strictly a section is read. `strict`: its sentences must set their days. `by_order`: an order, not an agency's
    text, whose sentences must also refer to the document itself. `past_is_history`: a past tense reports history."""

    strict: bool
    by_order: bool
    past_is_history: bool


def _may_report_history(section: Section) -> bool:
    return (
        section.where not in _NAMED and section.where != "dates" and not printed_instructions(section.where)
    )


def _read_section(section: Section, base: Base, manner: _Manner) -> Iterator[LegalDate]:
    quoted = 0
    for sentence in sentences(section.text):
        if _DAY_WORDS.search(sentence.lower()):
            yield from _read(sentence, base, section.where, manner, quoted)
        quoted = max(0, quoted + sentence.count("“") - sentence.count("”"))


def _read(sentence: str, base: Base, where: str, manner: _Manner, quoted: int) -> Iterator[LegalDate]:
    previous = ""
    window = listed = False
    last_end = 0
    own = _EXCEPTION.sub(lambda match: " " * len(match[0]), sentence)
    delays = (match := _DELAYS.search(own)) is not None and _OWN_DATE.search(sentence) is None
    turn = match.start() if match else 0
    found = list(mentions(sentence, base))
    for place, mention in enumerate(found):
        before, after = sentence[: mention.start], sentence[mention.end :]
        between = sentence[last_end : mention.start]
        last_end = mention.end
        if not _is_near(mention.day, base):
            continue
        time, zone = mention.time, mention.zone
        follows = bool(previous) and between != before
        closes = follows and window and _WINDOW_CLOSES.fullmatch(between) is not None
        window = _WINDOW_OPENS.search(before) is not None and type_of_moved(before) is None
        instead = follows and _INSTEAD.fullmatch(between) is not None
        spot = Spot(sentence, mention.start, mention.end, mention.day, base.signed or base.published, quoted)
        if closes and previous == "effective":
            kind: str | None = "expires"
        elif instead:
            kind = previous
        elif not manner.strict and is_listed(after) and (listed or not before.strip(" :")):
            listed = True
            entry = after[: found[place + 1].start - mention.end] if place + 1 < len(found) else after
            kind = type_in_list(entry)
            if kind is not None and not time:
                time, zone = time_in(entry)
        else:
            kind = type_by_words_after(before, after) or type_by_words_before(before)
            if kind is None and follows and re.fullmatch(_AND_ALSO, between):
                kind = previous
            if kind is None and where == "dates" and not before.strip(" :"):
                kind = "effective"
        if manner.strict and kind != "effective" and not closes and sets_a_day(spot, "effective"):
            kind = kind if kind in _ENDINGS and _UNTIL.search(before) else "effective"
        if kind is None or kind == "published":
            continue
        if manner.past_is_history and not manner.strict and reports_history(spot):
            continue
        if kind in _FORCE and of_another_state(spot):
            continue
        if printed_instructions(where) and before.count("“") > before.count("”"):
            continue  # words that the instruction inserts into the text
        if mention.counted and kind not in _COUNTED:
            continue
        if (
            manner.strict
            and not closes
            and not (sets_a_day(spot, kind) and (manner.by_order or speaks_of_itself(sentence, kind)))
        ):
            continue
        if kind == "effective" and is_of_another_rule(before, after):
            continue
        previous = kind
        note = confined_to(sentence, mention.start) if kind in _CONFINED else ""
        if delays and mention.start > turn and kind in ("effective", "expires", "compliance") and not note:
            kind, note = "compliance" if kind == "compliance" else "effective", DELAYED
        if kind == "registration":
            kind, note = "hearing", "registration or questions due"
        yield LegalDate(
            kind,
            mention.day,
            note=note,
            quote=sentence if len(sentence) <= 400 else _window(sentence, mention),
            superseded=instead or is_replaced(before, after),
            where=where,
            time=time,
            zone=zone,
            counted=mention.counted,
        )
    if base.published and _ON_PUBLICATION.search(sentence) and not DATE.search(sentence):
        quote = sentence if len(sentence) <= 400 else clip_quote(sentence)
        yield LegalDate("effective", base.published, quote=quote, where=where)


def _is_near(day: date, base: Base) -> bool:
    """Whether a day is within the years in which a document can set one; 1926 is a misprint or history."""
    issued = base.signed or base.published
    return issued is None or abs(day.year - issued.year) <= _YEARS


def _window(sentence: str, mention: Mention) -> str:
    left = sentence.rfind(" ", 0, max(0, mention.start - 200)) + 1
    right = sentence.find(" ", min(len(sentence), mention.end + 120))
    return sentence[left : right if right > 0 else len(sentence)]


def confined_to(sentence: str, place: int) -> str:
    """The instruction or paragraph to which the words at a place of a sentence are limited; empty where they apply
    to the whole document."""
    start = sentence.lower().rfind("except", 0, place)
    own = sentence[start:place] if start >= 0 else sentence[:place]
    if start >= 0:
        if match := _INSTRUCTION.search(own):
            return at_instruction(match["list"])
        if match := _SCOPE.search(own):
            return fold_space(match["what"])
        if match := _EXCEPTED.match(own):
            return fold_space(match["what"])
        own = sentence[:place]
    if match := _INSTRUCTION.search(own):
        return at_instruction(match["list"])
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
    """Whether a note applies to a touched unit: to its section, but not to each entry of a supplement."""
    base = note.split(" › ", maxsplit=1)[0]
    if base.startswith("Supp"):
        return any(path == note or path.startswith(f"{base} ¶") for path in touched)
    within = (f"{base}(", f"{base} ")
    return any(path == base or path.startswith(within) for path in touched)


def _better(one: LegalDate, other: LegalDate) -> LegalDate:
    """The first of two sentences with the same day; the other one where only it gives the time of day."""
    superseded = one.superseded and other.superseded
    if other.time and not one.time:
        if one.where in _NAMED or one.where == "dates":
            return replace(one, superseded=superseded, time=other.time, zone=other.zone)
        one = other
    return replace(one, superseded=superseded)


def _continued(entry: LegalDate, entries: Iterable[LegalDate]) -> LegalDate:
    """Supersedes the end of an earlier measure that the document reports and continues."""
    if entry.type not in _ENDINGS or entry.superseded or _ITS_OWN.search(entry.quote):
        return entry
    runs_out = _RUNS_OUT.search(entry.quote) is not None
    longer = any(
        other.type in _ENDINGS and other.date > entry.date and _CONTINUES.search(other.quote)
        for other in entries
    )
    return replace(entry, superseded=True) if runs_out and longer else entry


def _settled(found: Sequence[LegalDate], published: date | None, *, moved: bool) -> tuple[LegalDate, ...]:
    """One entry for each type, date and note. A deadline before the publication, or one that an extension moved, is
    superseded."""
    kept: dict[tuple[str, date, str], LegalDate] = {}
    for entry in found:
        key = (entry.type, entry.date, entry.note)
        earlier = kept.get(key)
        kept[key] = entry if earlier is None else _better(earlier, entry)
    kept = {key: _continued(entry, kept.values()) for key, entry in kept.items()}
    for kind in _CLOSES:
        last = max((entry.date for entry in kept.values() if entry.type == kind), default=None)
        for key, entry in kept.items():
            over = published is not None and entry.date < published
            if entry.type == kind and (over or (moved and entry.date != last)):
                kept[key] = replace(entry, superseded=True)
    return tuple(sorted(kept.values(), key=lambda d: (d.date, d.type, d.note)))
