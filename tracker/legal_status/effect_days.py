"""The last days of stays and delays, where the words that state the effect leave them to the rest of the document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from tracker.documents.text_view import abstract_of, clip_quote
from tracker.effects import Effect, EffectVerb
from tracker.legal_status.date_mentions import mentions
from tracker.legal_status.effect_sentences import split_sentences
from tracker.legal_status.legal_dates import DELAYED
from tracker.legal_status.relative_days import Base
from tracker.model import Document, LegalDate

_MOVES = {
    EffectVerb.EXTENDS: re.compile(
        r"\b(?:exten[ds]|re-?open|renew|prolong|continu|remain|additional (?:time|\w+ days)|will now|now|new (?:\w+ ){0,3}(?:deadline|date)|later than)",
        re.I,
    ),
    EffectVerb.DELAYS: re.compile(
        r"\b(?:delay|postpon|defer|exten[ds]|new (?:\w+ ){0,3}date|will (?:now )?(?:be|become|take) effect|now effective|effective date (?:of|for) [^.;]{0,200}\bis)",
        re.I,
    ),
    EffectVerb.STAYS: re.compile(r"\b(?:stay|suspen|paus)", re.I),
    EffectVerb.SUSPENDS: re.compile(r"\b(?:stay|suspen|paus)", re.I),
}
# What leads to the new day.
_NEW_DAY = re.compile(
    r"\b(?:until|through|to|till|(?:on|not later than|no later than|up to) or before|(?:no|not) later than|(?<!which )(?:is|are) due (?:by|on)|(?:due|submitted|received|accepted|postmarked|provided|open|close[sd]?|closing|clos(?:e|es) |end(?:s|ing)?|expir(?:e|es|ing)|deadline)(?: by| on| at| until| through| to| is(?: now)?)?|"
    r"(?:deadline|date|period)[^.;]{0,160}\b(?:is(?: now)?|will (?:now )?(?:be|end|close|remain open until|expire)(?: on)?|of)|effective(?: on| as of)?|by)\s+(?:(?:11:59|5|midnight)[^,;]{0,24}\bon\s+)?(?:\w+day,\s+)?$",
    re.I,
)
# "The suspension is set to end November 9, 2026."
_ENDS_ON = re.compile(
    r"\b(?:is|are|will)\s+(?:set|scheduled|due)?\s*(?:to\s+)?(?:end|expire|lapse)s?(?: on)?\s+$", re.I
)
_DUE = re.compile(
    r"\b(?:comments?|responses|submissions|nominations|applications)\b[^.;]{0,40}\b(?:must|should|may|will|are|is)\b[^.;]{0,60}\b(?:due|received|submitted|accepted|postmarked|open)\b",
    re.I,
)
# The day that was given before.
_OLD_DAY = re.compile(
    r"\b(?:scheduled|set|due|was|were|had been|would have|would otherwise|currently)\s+(?:to\s+)?(?:end|close|expire|take effect|become effective|be)\b[^.;,]{0,20}$|\b(?:from|currently|originally|previous(?:ly)?|initial(?:ly)?|prior|was|were|had|scheduled|existing|current|until then|published(?: on)?|issued(?: on)?|dated|which (?:(?:will|would|is to|was to) )?(?:ends?|closes?|expires?)|set to|due to|instead of|rather than|old|since)\b(?:(?!\b(?:until|through|to|extend\w*|delay\w*|now|new|will)\b)[^.;])*$",
    re.I,
)
# What follows the day that applied before: "will close on June 2, 2023, by 60 days".
_SPAN = re.compile(
    r"\s*,?\s*(?:by|for)\s+(?:an?\s+)?(?:additional\s+|further\s+)?[\w-]+\s+(?:\(\d+\)\s+)?(?:calendar\s+|business\s+|working\s+)?(?:days?|weeks?|months?|years?)\b",
    re.I,
)
_OTHER_DAY = re.compile(
    r"\b(?:hearing|meeting|workshop|webinar|session|FR|Federal Register (?:of|on)|memorandum of|reply|replies|published|appeared|issued|announced|dated|signed)\b[^,;.]{0,50}$",
    re.I,
)
_STAYS = frozenset({EffectVerb.STAYS, EffectVerb.SUSPENDS})
_UNTIL = re.compile(r"\b(?:until|through)\s*$", re.I)
_DAY = timedelta(days=1)


def with_moved_day(effect: Effect, document: Document, base: Base) -> Effect:
    """Return the effect with the new day that other words of its document give: the title says that a comment period is
    extended, and the abstract until when. Nothing where the words give several days."""
    words = _MOVES.get(effect.verb)
    if words is None or effect.until is not None:
        return effect
    if said := _stated(effect.affecting.quote):
        return replace(effect, until=said)
    found: dict[date, tuple[str, str]] = {}
    sentences = list(_own_sentences(document))
    due = [(one, where) for one, where in sentences if effect.verb is EffectVerb.EXTENDS and _DUE.search(one)]
    for sentence, where in [one for one in sentences if words.search(one[0])] + due:
        for day in _new_days(sentence, base, document.published, stays=effect.verb in _STAYS):
            found.setdefault(day, (sentence, where))
        if found:
            break
    if len(found) != 1:
        return effect
    ((day, (sentence, where)),) = found.items()
    place = effect.affecting
    if place.where == "title" and words.search(sentence):
        place = replace(place, quote=clip_quote(sentence), where=where)
    return replace(effect, until=day, affecting=place)


def _own_sentences(document: Document) -> Iterator[tuple[str, str]]:
    for where, text in (
        ("action", document.action),
        ("dates", document.dates_text),
        ("abstract", abstract_of(document)),
    ):
        yield from ((sentence, where) for sentence in split_sentences(text))


def _new_days(sentence: str, base: Base, published: date | None, *, stays: bool) -> Iterator[date]:
    """The days to which a sentence moves something: after the publication, and not the day that applied before."""
    for day in mentions(sentence, base):
        before = sentence[max(0, day.start - 160) : day.start]
        if published is not None and day.day <= published:
            continue
        ends = stays and _ENDS_ON.search(before) is not None
        if _OTHER_DAY.search(before) or _SPAN.match(sentence, day.end):
            continue
        if ends or (_NEW_DAY.search(before) and not _OLD_DAY.search(before)):
            yield day.day


def with_last_day(effect: Effect, dates: Sequence[LegalDate]) -> Effect:
    """Return the effect with its last day: by its own words, else by the dates of the document.

    A rule that is "delayed until 30 June" applies on that day, so that the delay holds until the day before.
    """
    if isinstance(effect.until, datetime):
        return effect
    if effect.verb in _STAYS and effect.until is None:
        return replace(effect, until=_stated(effect.affecting.quote) or _first(dates, "stay-ends"))
    if effect.verb is EffectVerb.EXTENDS and effect.until is None:
        return replace(effect, until=_only(dates, effect.affected.part or effect.affecting.quote))
    if effect.verb is EffectVerb.DELAYS:
        applies = effect.until or _stated(effect.affecting.quote) or _first(dates, "effective", DELAYED)
        return replace(effect, until=applies - _DAY) if applies else effect
    return effect


def _stated(quote: str) -> date | None:
    return next((one.day for one in mentions(quote) if _UNTIL.search(quote[: one.start])), None)


def _only(dates: Sequence[LegalDate], words: str) -> date | None:
    """The day on which comments close, of a document that extends the time for comments and gives one such day."""
    if "comment" not in words.lower():
        return None
    found = {one.date for one in dates if one.type == "comments-close" and not one.superseded and not one.by}
    return found.pop() if len(found) == 1 else None


def _first(dates: Sequence[LegalDate], kind: str, note: str = "") -> date | None:
    """The first day of a kind that the document gives of itself."""
    found = [
        one.date
        for one in dates
        if one.type == kind and not one.superseded and not one.by and (not note or one.note == note)
    ]
    return min(found, default=None)
