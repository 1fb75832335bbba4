"""The facts of one act, each from its own sentence: of whom, of what, how much, Japan's place, from when.

What a sentence leaves out is taken from the document only where that is general to it: the actor, the day on which the whole
takes effect, the countries that its title names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from tracker import citations
from tracker.countries import adjectives_in, countries_in, place_of
from tracker.legal_status.date_mentions import mentions
from tracker.legal_status.legal_dates import DELAYED
from tracker.model import Act, JapanStanding, LegalDate, Operand, Unit, UnitKind
from tracker.terms import goods_of, leading_phrase, plain_goods, trailing_phrase

_GENERAL = re.compile(
    r"\b(?:all (?:imports|imported|countries|trading partners|goods|articles|destinations|foreign|products|nations|origins)|any (?:country|foreign (?:country|trading partner))|every (?:country|trading partner)|"
    r"of all (?:countries|trading partners)|regardless of (?:origin|country)|all other (?:countries|destinations)|worldwide|reciprocal tariffs?|from all|"
    r"imports? of [^.;]{3,80} (?:articles |products )?(?:into|to) the United States|imported (?:into the United States|articles)|trading partners|global(?:ly)? (?:tariff|surcharge|duty))\b",
    re.IGNORECASE,
)
_TRIGGER = re.compile(
    r"\b(?:in response to|because of|by reason of|on account of|to address|addressing|to counter|to offset|for (?:importing|purchasing|supplying|buying|dealing with|trading with)|"
    r"(?:buyers?|purchasers?|importers?|suppliers?) of|that (?:directly or indirectly )?(?:import|purchase|buy|suppl(?:y|ies)|sell|provide)s?|importing|purchasing|as a result of|due to|owing to|aris(?:es|ing) from|"
    r"who (?:sell|supply|provide|purchase)|(?:directly or indirectly )?(?:sells?|provides?|supplies|imports?(?! of\b)|imported(?! (?:from|into|by|goods|articles|products)\b)) [^.;,]{0,40}? (?:to|from))\b",
    re.IGNORECASE,
)
_BOUGHT = re.compile(r"import|purchas|buy|suppl|sell|provid|trad", re.I)
_SUFFIX = re.compile(r"\s+[–-]\s+The White House\s*$")
_EVERYWHERE = re.compile(
    r"\b(?:all (?:countries|trading partners|nations|destinations|other countries)|any (?:country|foreign country|trading partner)|every (?:country|trading partner)|regardless of (?:origin|country)|worldwide|global)\b",
    re.I,
)
_EXCEPT = re.compile(
    r"\b(?:except(?:ing)?(?: for)?(?! as\b| that\b| where\b)|excluding|other than|apart from|with the exception of|shall not apply to|does not apply to|not including|exempt(?:s|ing)?)\b[^.;]{0,120}",
    re.IGNORECASE,
)
_NOT_OF = re.compile(
    r"United States|U\.S\. Government|Australia Group|invasion of Ukraine|war (?:in|against) Ukraine|Government of (?:the )?[A-Z]\w+(?: [A-Z]\w+)*(?= (?:has|have|will))|(?:discussions|negotiations|talks|agreement|deal|arrangement) (?:with|between)[^,.;]{0,80}",
)
_FROM_TO = re.compile(
    r"\bfrom (?:the current |a |an |its current )?(?:additional )?(?P<before>zero|\d[\d,.]*\s?(?:percent|per cent|%|days|hours))[^.;\d]{0,60}? to (?:a |an |no more than )?(?:additional )?(?P<after>\d[\d,.]*\s?(?:percent|per cent|%|days|hours))",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    r"(?<![\w.])(?:\d[\d,]*(?:\.\d+)?(?:\s?%|[\s-]+(?:percent|per cent))|(?:ten|fifteen|twenty(?:-five)?|thirty(?:-five)?|forty|fifty|sixty|one hundred)[\s-]percent|zero)(?=\W|$)",
    re.I,
)
_RATE_CONTEXT = re.compile(
    r"\b(?:dut(?:y|ies)|tariffs?|ad valorem|surcharge|levy|rate|threshold|content|value|owned|ownership|interest|de minimis)\b",
    re.I,
)
_DIGIT = re.compile(r"\d")
_RATE = r"\d[\d,]*(?:\.\d+)?[\s-]?(?:percent|per cent|%)"
_RATHER = re.compile(
    rf"(?P<after>{_RATE})[^.;\d]{{0,60}}\b(?:rather than|instead of|in place of|down from|up from)\b[^.;\d]{{0,50}}(?P<before>{_RATE})",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    rf"(?P<before>{_RATE})[^.;]{{0,160}}?\b(?:instead|in lieu|replaced (?:by|with)|and (?:adding|inserting) in its place)\b[^.;]{{0,120}}?(?P<after>{_RATE})",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"\b(?:up to|as (?:high|much) as|not (?:to )?exceed(?:ing)?|not? (?:more|higher|greater) than|a maximum (?:rate )?of)(?: an?| and including)?(?: additional)? $",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(
    r"\b(?:at least|not? less than|a minimum (?:rate )?of)(?: an?)?(?: additional)? $", re.IGNORECASE
)
_STRIKING = re.compile(
    rf"\bstriking[^.;\d]{{0,60}}(?P<before>{_RATE})[^.;\d]{{0,60}}\b(?:inserting|adding|substituting)\b[^.;\d]{{0,60}}(?P<after>{_RATE})",
    re.IGNORECASE,
)
_WORDS = {
    "ten": 10,
    "fifteen": 15,
    "twenty": 20,
    "twenty-five": 25,
    "thirty": 30,
    "thirty-five": 35,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "one hundred": 100,
}
_IMPORTS_OF = re.compile(
    r"\b(?:imports? of|importation of|articles of|shipments? of|exports? of|export of|duties on (?:imports of )?|tariffs on (?:imports of )?|controls on|imported|tariff on)\s+(?P<what>(?!the (?:People|Russian|Republic|United|European)|such\b|these\b|those\b|products? (?:of|from)|goods (?:of|from)|articles (?:of|from))[a-z][^.;:()]{2,110}?)"
    r"(?=\s+(?:into|to|from|that|which|shall|will|is|are|under|at|by|in|for|pursuant|and (?:to|the|by|for)|through|provided|should|may|of|on|entered|as|whose)\b|[.;:(]|, (?:and|which|the|as|with|including|to)\b|$)",
    re.IGNORECASE,
)
_CERTAIN = re.compile(
    r"\b(?:certain|specified|covered|following)\s+(?P<what>[a-z][a-z0-9 ,/-]{3,70}?)(?=\s+(?:from|to|of|that|under|and (?:to|the)|with|for|in)\b|[.;:(]|$)",
    re.I,
)
_COUNTRY_ONLY = re.compile(
    r"^(?:the\s+)?(?:goods|products|articles|items|imports|exports|merchandise)?$", re.I
)
_EXCEPTIONS = re.compile(r"\b[Ll]icense [Ee]xceptions?\b[^.;:]{0,80}")
_SYMBOL = re.compile(r"\b[A-Z]{3}\b")
_POLICIES = re.compile(
    r"presumption of (?:denial|approval)|policy of (?:denial|approval)|case[- ]by[- ]case", re.I
)
_BASES = re.compile(
    r"[Ss]ection (?:232|301|122|338|201)\b|International Emergency Economic Powers Act|IEEPA|Export Control Reform Act"
)
_REFERS = re.compile(
    r"\b(?:set (?:out|forth)|described|listed|specified|referred|enumerated|identified|named)\b", re.I
)
_DAY_SEARCH = 60


@dataclass(frozen=True, slots=True)
class Amount:
    before: str = ""
    after: str = ""


def countries_hit(sentence: str, title: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The destinations that an act hits and those because of which it does, as ids; `("all",)` where the words are general.

    A country after "importing oil of" is only the trigger; one after "to address" is hit where no other is named. A title that names
    countries confines a clause that speaks of "all articles"."""
    of, trigger, bought = _of_words(sentence)
    titled, title_trigger, title_bought = _of_words(_SUFFIX.sub("", title))
    trigger = trigger or (title_trigger if title_bought else ())
    bought = bought or title_bought
    if of and of != ("all",):
        return of, trigger
    if titled and titled != ("all",) and (not of or _EVERYWHERE.search(sentence) is None):
        return titled, trigger
    if not of and not bought:
        of = trigger or title_trigger
        return (of or titled), () if of else trigger
    if of == ("all",) and title_trigger and not title_bought and _EVERYWHERE.search(sentence) is None:
        return title_trigger, ()
    return of or titled, trigger


@lru_cache(maxsize=256)
def _of_words(words: str) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """Countries hit, countries of a trigger, and whether the trigger is a trade with them."""
    cleaned = _EXCEPT.sub(" ", _NOT_OF.sub(" ", words))
    trigger: tuple[str, ...] = ()
    bought = False
    if match := _TRIGGER.search(cleaned):
        phrase = cleaned[match.start() : match.start() + 200].split(";")[0]
        if match.start() == 0:
            phrase = phrase.split(",")[0]
        trigger = _places(phrase)
        bought = _BOUGHT.search(match[0]) is not None
        cleaned = cleaned.replace(phrase, " ", 1)
    places = _places(cleaned)
    if not places and _GENERAL.search(cleaned):
        places = ("all",)
    return places, trigger, bought


def _places(words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place.id for place in (*countries_in(words), *adjectives_in(words))))


def amount_in(sentence: str, start: int, end: int) -> Amount:
    """The rate or threshold that an act sets, as printed, with the earlier one where the sentence gives it."""
    if _DIGIT.search(sentence):
        if match := _RATHER.search(sentence):
            return Amount(_tidy(match["before"]), _tidy(match["after"]))
        if struck := struck_rate(sentence):
            return struck
        if match := _INSTEAD.search(sentence):
            return Amount(_tidy(match["before"]), _tidy(match["after"]))
    if match := _FROM_TO.search(sentence):
        return Amount(_tidy(match["before"]), _tidy(match["after"]))
    near = [
        match
        for match in _PERCENT.finditer(sentence)
        if _RATE_CONTEXT.search(sentence[max(0, match.start() - 120) : match.end() + 120])
    ]
    if not near:
        return Amount()
    best = min(near, key=lambda match: min(abs(match.start() - end), abs(start - match.end())))
    return Amount("", _bound(sentence[: best.start()]) + _tidy(best[0]))


def _bound(before: str) -> str:
    """ "up to " or "at least " where the words before a rate make it a limit; a printed rate else."""
    if _AT_MOST.search(before):
        return "up to "
    return "at least " if _AT_LEAST.search(before) else ""


def struck_rate(sentence: str) -> Amount | None:
    """The rates of "by striking “10 percent” and inserting “20 percent”"; None where a sentence strikes none."""
    match = _STRIKING.search(sentence) if "striking" in sentence.lower() else None
    return Amount(_tidy(match["before"]), _tidy(match["after"])) if match else None


def _tidy(words: str) -> str:
    folded = re.sub(r"[\s-]+", " ", words).strip()
    folded = re.sub(r"\s?%", " percent", folded).replace("per cent", "percent")
    number, _, unit = folded.rpartition(" ")
    value = _WORDS.get(number.lower().replace(" five", "-five"))
    return f"{value} {unit}" if value else folded


def number_of(amount: str) -> float:
    """The number of an amount as printed: "25 percent" is 25."""
    match = re.search(r"\d[\d,]*(?:\.\d+)?", amount)
    return float(match[0].replace(",", "")) if match else 0.0


# The end of `_OF_ORIGIN`: without it that pattern tries 220 lengths at each character.
_ORIGIN = re.compile(
    r" (?:(?:that are|which are|being) (?:the )?products? of|originating in|of (?:Japanese|Chinese|Indian|Korean|European) origin)\b"
)
_OF_ORIGIN = re.compile(
    r"(?P<what>[^;:]{3,220}?),? (?:that are|which are|being) (?:the )?products? of\b|(?P<those>[A-Za-z][^;:]{3,220}?),? (?:originating in|of (?:Japanese|Chinese|Indian|Korean|European) origin)\b"
)
_DUTY_ON = re.compile(
    r"\b(?:dut(?:y|ies)|tariffs?|surcharge|levy|charge|rate of duty)\b(?: of \d[^,;.]{0,30}?)?(?: \([^)]{0,40}\))?(?: (?:imposed|applied|assessed|levied|under|pursuant to|action)[^,;.]{0,60}?)? on (?P<what>[^.;:]{3,220})",
    re.IGNORECASE,
)
_NO_GOODS = re.compile(
    r"(?:those )?(?:Covered|Subject|Specified|Affected|Designated) (?:Products?|Articles?|Goods|Items|Imports)\Z|.*(?:\d|percent|\bthose\b|\bcountr(?:y|ies)\b).*|\A(?:(?:all |any |certain |such |the |other )*(?:articles?|products?|goods|imports?|merchandise|items?|countr(?:y|ies))|(?:January|February|March|April|May|June|July|August|September|October|November|December)\b.*)\Z",
    re.IGNORECASE,
)


def _goods_by_origin(sentence: str) -> tuple[str, ...]:
    """Goods before "that are products of", or after "duty ... on": the longest noun phrase that the dictionary can translate."""
    for match in _OF_ORIGIN.finditer(sentence) if _ORIGIN.search(sentence) else ():
        words = re.split(r"\b(?:dut(?:y|ies)|tariffs?|surcharge)\b.*? on ", match["what"] or match["those"])[
            -1
        ]
        phrase = trailing_phrase(
            re.sub(r"^\W*(?:\w{1,3}[.)]\s+)?(?:For|On|Of) |^\(\w{1,3}\)\s+", "", words), 3
        )
        if phrase and not _NO_GOODS.match(phrase) and not _REFERS.search(phrase):
            return (phrase,)
    for match in _DUTY_ON.finditer(sentence):
        phrase = _before_origin(leading_phrase(match["what"], 3))
        if phrase and not _NO_GOODS.match(phrase) and not _REFERS.search(phrase):
            return (phrase,)
    return ()


def _before_origin(phrase: str) -> str:
    """The phrase without the country of origin at its end: "imports of trucks from Mexico"."""
    plain = re.sub(r"^(?:imports? of|articles of) ", "", phrase, flags=re.IGNORECASE)
    match = re.search(r" (?:of|from) (?=[A-Z])(?P<place>.+)$", plain)
    while (
        match
        and not place_of(match["place"])
        and (inner := re.search(r" (?:of|from) (?=[A-Z])(?P<place>.+)$", match["place"]))
    ):
        match = inner
    if match and countries_in(match["place"]):
        plain = plain[: plain.index(match[0])] if match[0] in plain else plain
    return "" if countries_in(plain) and not re.search(r"[a-z]{4,}", plain) else plain


def goods_in(sentence: str) -> tuple[str, ...]:
    """Goods that the sentence names as imported, exported or controlled, in its own words."""
    if by_origin := _goods_by_origin(sentence):
        return by_origin
    found: list[str] = []
    for pattern in (_IMPORTS_OF, _CERTAIN):
        for match in pattern.finditer(sentence):
            words = re.sub(r"^(?:certain|the|all|any|such)\s+", "", match["what"].strip(" ,"), flags=re.I)
            if (
                words
                and not _REFERS.search(words)
                and not _COUNTRY_ONLY.match(words)
                and not _NO_GOODS.match(words)
                and plain_goods(words)
                and not countries_in(words)
                and len(words.split()) <= 14
            ):
                found.append(words)
        if found:
            break
    return tuple(dict.fromkeys(found))[:3]


_RATE_ROW = re.compile(r"\A(?P<place>[A-Z].{2,60}?)\s*\|?\s*(?P<rate>\d{1,3}(?:\.\d+)?)\s?(?:%|percent)\Z")
_TABLE = 3  # rows with a country and a rate that make a table of rates


def japan_in_table(units: Sequence[Unit]) -> str:
    """Japan's rate in a table of countries and rates, as an annex prints it; empty where there is none."""
    rates = {
        place.id: row["rate"]
        for unit in units
        if unit.kind is UnitKind.ROW
        and (row := _RATE_ROW.match(" ".join(unit.text.split()))) is not None
        and (place := place_of(row["place"].strip(" |"))) is not None
    }
    return f"{rates['japan']} percent" if len(rates) >= _TABLE and "japan" in rates else ""


@lru_cache(maxsize=256)
def goods_of_title(title: str) -> tuple[str, ...]:
    """Goods that a title names by a word that is known to name goods."""
    return tuple(words for words in goods_in(title) if goods_of(words).names)


def japan_standing(
    sentence: str, of: Sequence[str], *, listed: bool, restricts: bool
) -> tuple[JapanStanding, str]:
    """Japan's place in an act, and its own rate where the sentence gives one."""
    if "Japan" not in sentence:
        return JapanStanding.NOT_NAMED, ""
    excluded = _EXCEPT.search(sentence)
    if excluded and "Japan" in excluded[0]:
        return (JapanStanding.OUT, "") if restricts else (JapanStanding.IN, "")
    at = sentence.index("Japan")
    window = sentence[max(0, at - 140) : at + 140]
    if _PERCENT.search(window) and _RATE_CONTEXT.search(window):
        nearest = min(_PERCENT.finditer(window), key=lambda m: abs(m.start() - (at - max(0, at - 140))))
        rate, moved = _tidy(nearest[0]), amount_in(sentence, at, at + len("Japan"))
        return JapanStanding.RATE, moved.after if rate == moved.before else rate
    if listed or (len(of) == 1 and of[0] == "japan"):
        return JapanStanding.TARGET, ""
    return JapanStanding.IN, ""


def eccns_in(sentence: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(citations.citation_values(sentence, "eccn")))


_HEADINGS = re.compile(
    r"\b[Hh]eadings?\b(?:[^.:\d]{0,40}|[^.:]{0,160}:) ?(?P<numbers>\d{4}(?:\.\d\d){0,3}\b(?:(?:, and|, or|[;,]| and| or) \d{4}(?:\.\d\d){0,3}\b)*)"
)


def hts_in(sentence: str) -> tuple[str, ...]:
    """Headings and subheadings that a sentence names: "9903.01.25", and "8471" in a list after the word "headings"."""
    listed = [
        number
        for match in _HEADINGS.finditer(sentence)
        for number in re.findall(r"\d{4}(?:\.\d\d)*", match["numbers"])
    ]
    return tuple(dict.fromkeys((*citations.citation_values(sentence, "hts"), *listed)))


def units_in(sentence: str) -> tuple[str, ...]:
    """Citation paths that a sentence names: sections, parts and supplements."""
    return tuple(dict.fromkeys(citations.citation_values(sentence, "cfr", "cfr-part", "supplement")))[:6]


def terms_in(sentence: str) -> tuple[str, ...]:
    """License exceptions, review policies, country groups and legal bases that a sentence names, in its own words."""
    named = [
        f"License Exception {symbol}"
        for match in _EXCEPTIONS.finditer(sentence)
        for symbol in _SYMBOL.findall(match[0])
    ]
    named += [match[0] for match in _POLICIES.finditer(sentence)]
    named += [f"Country Group {group}" for group in citations.citation_values(sentence, "country-group")]
    named += [match[0] for match in _BASES.finditer(sentence)]
    return tuple(dict.fromkeys(named))[:6]


def earlier_act_in(sentence: str) -> str:
    """The order, proclamation or Register document that the sentence acts on; empty where it names none."""
    return next(iter(citations.citation_values(sentence, "executive-order", "proclamation", "fr")), "")


def span_of(sentence: str, dates: Sequence[LegalDate]) -> tuple[date | None, date | None]:
    """The days from and until which an act applies: those of its own sentence first, then the document's."""
    since = until = None
    for entry in dates:
        if entry.superseded:
            continue
        own = bool(entry.quote) and (
            entry.quote[:_DAY_SEARCH] in sentence or sentence[:_DAY_SEARCH] in entry.quote
        )
        if entry.type in ("expires", "stay-ends"):
            until = entry.date if own or until is None else until
        elif entry.type in ("effective", "compliance"):
            since = entry.date if own or since is None else since
    own_since, own_until = _days_in(sentence)
    return own_since or since, own_until or until


def comments_close(dates: Sequence[LegalDate]) -> date | None:
    """The last day for comments; None where the document gives none."""
    return next((d.date for d in dates if d.type == "comments-close" and not d.superseded), None)


_FROM_DAY = re.compile(
    r"\b(?:beginning|starting|commencing|effective|from|as of|on (?:or|and) after|takes? effect|(?:increas|ris|fall|mov)\w*(?: to [^,;.]{0,40})?)(?: on| at [^,;.]{0,40}? on| as of)?,? $",
    re.IGNORECASE,
)
_UNTIL_DAY = re.compile(
    r"\b(?:until|through|expir\w+|ending|end|lapse|cease)(?: on| at [^,;.]{0,40}? on)?,? $", re.IGNORECASE
)


def _days_in(sentence: str) -> tuple[date | None, date | None]:
    """The first day and the last that the words before a day make it: "beginning on November 10, 2025", "through June 29"."""
    since = until = None
    for mention in mentions(sentence):
        before = sentence[: mention.start]
        if since is None and _FROM_DAY.search(before):
            since = mention.day
        elif until is None and _UNTIL_DAY.search(before):
            until = mention.day
    return since, until


def delayed_to(dates: Sequence[LegalDate]) -> date | None:
    """The day to which a document puts off another rule."""
    days = (d for d in dates if d.note == DELAYED and d.type in ("effective", "compliance"))
    return next((d.date for d in days if not d.superseded), None)


_MAJOR = frozenset({"european-union", "eu", "south-korea", "taiwan", "canada", "mexico", "india", "vietnam", "united-kingdom", "switzerland", "germany", "france", "netherlands", "italy", "brazil", "thailand", "malaysia", "singapore", "indonesia", "australia"})  # fmt: skip
_CHINA = frozenset({"china", "hong-kong", "macau"})
_RUSSIA = frozenset({"russia", "belarus", "crimea"})


def reach_of(act: Act) -> str:
    """How far an act reaches from where Japan stands: japan, all, china, russia, major, minor, none."""
    if act.japan in (JapanStanding.TARGET, JapanStanding.RATE, JapanStanding.IN) or "japan" in act.of:
        return "japan"
    places = set(act.of)
    if "all" in places:
        return "major" if act.trigger_countries else "all"  # goods of whoever deals with another country
    if places & _CHINA:
        return "china"
    if places & _RUSSIA:
        return "russia"
    if places & _MAJOR:
        return "major"
    if not places and act.trigger_countries and act.operand is Operand.DUTY:
        return "major"  # goods of whoever deals with another country
    return "minor" if places else "none"
