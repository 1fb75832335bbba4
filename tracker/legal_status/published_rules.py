"""Rules and notices that a text names by their title in quotation marks or by the day of their publication:
`the final rule entitled "Sample Controls"`, `a notice that was published in the Federal Register on May 1, 2030`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from tracker.effects import Affected
from tracker.legal_status.date_mentions import MONTH, mentions
from tracker.text import fold_space

_KIND = (
    r"(?:(?:(?:interim|direct|temporary)[ -])?final rules?|interim rules?|(?:supplemental )?(?:proposed|temporary) rules?|(?:(?:advance|supplemental) )*notices? of (?:supplemental )?proposed rulemaking|"
    r"notices? of (?:availability|intent|inquiry|meetings?|funding opportunity|[a-z]+ completion)|requests? for (?:information|comments?)|NPRMs?|ANPRM|IFR|RFI|rules?|notices?|documents?|regulations|guidance|(?<!xecutive )orders?|corrections?|corrected notice|correcting amendments?|determination|proclamation)"
)
_ON = re.compile(
    rf"\b(?P<kind>{_KIND})(?P<mid>(?:\s+\([^()]{{2,60}}\))?,?\s+(?:(?:that|which)\s+)?(?:(?:was|were|had been|has been|it|we|(?-i:(?:the\s+)?(?:[A-Z][\w.]*\s+){{1,5}}))\s*)?"
    r"(?:(?:previously |originally |initially |first )?(?:published|issued|appear(?:ed|ing)|released|dated|adopted)\b(?:\s+(?:it|by\s+(?-i:(?:the\s+)?(?:[A-Z][\w.]*\s*){1,5})))?(?:\s+in\s+(?:abbreviated form|the\s+Federal\s+Register))*(?:\s+(?:on|of|in))?|of|in the Federal Register (?:of|on)))\s+(?:\w+day,\s+)?$",
    re.I,
)
# "published an interim final rule on May 1, 2030".
_PUBLISHED_A = re.compile(
    rf"\b(?:published|issued|released)\s+(?:an?|the|its|our)\s+(?P<kind>{_KIND})(?P<mid>(?:\s+\([^()]{{2,60}}\))?(?:\s+in\s+the\s+Federal\s+Register)?\s+(?:on|of))\s+(?:\w+day,\s+)?$",
    re.I,
)
_BEFORE = re.compile(
    rf"\s*,?\s+(?:(?:(?-i:[A-Z]{{2,8}})|Federal Register|FR)\s+)?(?P<kind>{_KIND})\b(?!\s+(?:of proposed|meeting|period|deadline|date))",
    re.I,
)
_TITLED = re.compile(
    rf"\b(?P<kind>{_KIND})(?P<mid>[^.;“”\"`]{{0,90}}?)[“\"`]{{1,2}}(?P<title>[A-Z][^”\"]{{12,300}}?)[,.]?['’]?[”\"']{{1,2}}(?=[\s,.;:)]|$)"
)
# "the “Management of the Reserve” final rule": the title is before the kind.
_TITLE_FIRST = re.compile(
    rf"[“\"`]{{1,2}}(?P<title>[A-Z][^”\"]{{12,300}}?)[,.]?['’]?[”\"']{{1,2}}\s+(?P<kind>{_KIND})\b"
)
_NAMES_IT = re.compile(
    r"^[\s,]*(?:$|(?:\([^()]{2,60}\)[\s,]*)?(?:(?:that was |which was )?(?:published|issued|appearing|that appeared)\b[^.;]{0,80}?,?\s+)?(?:(?:entitled|titled|captioned|called|on|for|named)[\s,]*)?$)",
    re.I,
)
_LATER_TITLE = re.compile(
    r"(?:\s*\([^()]{2,60}\))?[\s,]*(?:and\s+)?(?:(?:entitled|titled|captioned|called|for)[\s,]*)?[“\"`]{1,2}(?P<title>[A-Z][^”\"]{12,300}?)[,.]?['’]?[”\"']{1,2}(?=[\s,.;:)]|$)"
)
# "the Seafood Import Monitoring Program (SIMP) proposed rule, published on".
_NAMED_BEFORE = re.compile(
    r"\b(?:the|its|our|this|an?)\s+(?P<name>(?:(?:[A-Z][\w’'&-]*|\([A-Z][^()]{1,20}\)|of|and|for|to|on|in)\s+){1,16})$"
)
_AS_AMENDED = re.compile(
    r"\bas (?:amended|corrected|modified|revised|extended) (?:by|in) (?:the |its |a )?$", re.I
)
_CITED = re.compile(r"\b\d{1,3} FR \d|\bFR Doc|\b(?:19|20)\d\d-\d{4,5}\b")
_CITED_NEXT = re.compile(r"\s*[,(\[][^.;]{0,60}?\b(?:\d{1,3} FR \d|FR Doc|(?:19|20)\d\d-\d{4,5}\b)")

_DATED_TITLE = re.compile(rf"(?:.* )?{_KIND} of (?:{MONTH}) \d{{1,2}}, \d{{4}}", re.I)


def published_rules(text: str) -> Iterator[tuple[Affected, int, int]]:
    """Each rule or notice with the place of its name in the text; one that a citation names too is left to the citation."""
    taken: list[tuple[int, int]] = []
    for match in _TITLED.finditer(text):
        if _NAMES_IT.match(match["mid"]) and not _CITED_NEXT.match(text, match.end()):
            taken.append((match.start(), _past_day(text, match.end())))
            yield Affected(title=_clean(match["title"])), match.start(), match.end()
    for match in _TITLE_FIRST.finditer(text):
        span = (match.start("kind"), match.end())
        if not any(span[0] < end and start < span[1] for start, end in taken):
            taken.append((match.start(), _past_day(text, match.end())))
            yield Affected(title=_clean(match["title"])), *span
    for day in mentions(text):
        found = _dated(text, day.start, day.end, day.day)
        if found is not None and not any(found[1] < end and start < found[2] for start, end in taken):
            taken.append(found[1:])
            yield found


def _past_day(text: str, end: int) -> int:
    """Where the words after a name end that say when it was published: its day names nothing else."""
    day = next((one for one in mentions(text[end : end + 80])), None)
    between = text[end : end + day.start] if day else ""
    published = re.search(r"\b(?:published|issued|appeared|dated|adopted|released)\b", between) is not None
    return end + day.end if day is not None and published else end


def _dated(text: str, start: int, end: int, day: date) -> tuple[Affected, int, int] | None:
    near = text[max(0, start - 160) : start]
    before = _ON.search(near) or _PUBLISHED_A.search(near)
    if before is not None:
        begin = before.start("kind") + max(0, start - 160)
        kind = before["kind"]
        if _CITED.search(before["mid"]):
            return None
    else:
        after = _BEFORE.match(text, end)
        if after is None:
            return None
        begin, end, kind = start, after.end(), after["kind"]
    if _CITED_NEXT.match(text, end):
        return None
    titled = _LATER_TITLE.match(text, end)
    named = _NAMED_BEFORE.search(text[:begin])
    if _AS_AMENDED.search(text[:begin]):
        return None
    if before is not None and named is not None:
        begin, kind = named.start("name"), named["name"] + kind
    if titled is not None:
        return Affected(title=_clean(titled["title"])), begin, titled.end()
    return Affected(title=dated_title(kind, day)), begin, end


def dated_title(kind: str, day: date) -> str:
    """Return the name of a rule that only its kind and day identify: `final rule of February 24, 2020`."""
    return f"{fold_space(kind)} of {day:%B} {day.day}, {day.year}"


def is_dated_title(title: str) -> bool:
    """Whether a title only says the kind and the day of a document."""
    return _DATED_TITLE.fullmatch(title) is not None


def _clean(title: str) -> str:
    return fold_space(title).strip(" ,.")
