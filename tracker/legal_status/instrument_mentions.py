"""The instruments that a text names: orders, proclamations, memoranda, directives, rules, licenses, each as `Affected`.

An instrument is named by its number, its Federal Register citation, the day of its signing, a short name that the text
defines (`(the "Affiliates Rule")`), a nickname of the table, or a back reference (`those orders`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from importlib.resources import files

from tracker import citations
from tracker.effects import Affected
from tracker.legal_status.published_rules import published_rules
from tracker.text import fold_space, name_key

_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DAY = rf"{_MONTH} \d{{1,2}}, \d{{4}}"
# Words in parentheses, which may hold parentheses of their own: `(Public Law 118-50 (the "Act"))`.
_PARENTHESES = re.compile(r"\((?:[^()]|\([^()]*\)){2,400}\)")
_DESIGNATOR = re.compile(r"\((?:[a-z]{1,5}|[A-Z]{1,4}|\d{1,3})\)")
_DATED = re.compile(
    rf"\b(?P<kind>(?:[Pp]residential )?(?:Executive Order|Order|Proclamation|Memorandum|Determination|Finding|Notice))s?(?P<number> (?:No\.? ?)?\d{{2,4}}[-–]\d{{1,3}})? (?:of|dated) (?P<day>{_DAY})"
    r"(?:\s*\((?P<title>[A-Z][^()]{8,240})\))?"
)
_SERIES = {
    "National Security Presidential Memorandum": "NSPM",
    "National Security Memorandum": "NSM",
    "National Security Presidential Directive": "NSPD",
    "National Security Decision Directive": "NSDD",
    "National Security Study Memorandum": "NSSM",
    "National Security Action Memorandum": "NSAM",
    "Homeland Security Presidential Directive": "HSPD",
    "Presidential Policy Directive": "PPD",
    "Presidential Decision Directive": "PDD",
    "Presidential Study Directive": "PSD",
    "Space Policy Directive": "SPD",
}
_DIRECTIVE = re.compile(
    rf"\b(?P<series>{'|'.join(_SERIES)}|{'|'.join(_SERIES.values())})(?:\s*\([A-Z]+\))?[\s/–-]{{1,3}}(?:(?:No\.|[A-Z]{{3,4}}[-–])\s?)?(?P<number>\d{{1,3}})\b"
)
_AIRWORTHINESS = re.compile(
    r"\b(?:(?:[Ee]mergency )?(?:[Aa]irworthiness [Dd]irective|AD))s?(?:\s*\(ADs?\))?\s(?:for\s)?(?P<number>\d{2,4}-\s?\d{2}-\s?\d{2}(?:\s?R\d)?)\b"
)
_LICENSE = re.compile(
    r"\b(?:(?P<program>[A-Z][\w-]*-[Rr]elated|(?!(?:The|This|That|Such|Each|New|Current|Any|Under|Issuing|Temporary|Publication|Revoked|Amended|OFAC|Web)\b)[A-Z][a-z]+(?: [A-Z][a-z]+)?) )?(?:General License|GL)(?:\s*\(GL\))?\s(?:Nos?\. ?)?(?P<number>\d{1,3}[A-Z]{0,2})\b"
)
_KINDS = {
    "executive-order": "executive_order",
    "proclamation": "proclamation",
    "fr": "citation",
    "document-number": "document_number",
}
_OF_DAY = re.compile(rf"(?:,?\s+(?:of|dated)\s+{_DAY})?")
# A short name that the text gives to what it has just named.
_DEFINED = re.compile(
    r"[\s,;]*(?:as amended[\s,]*)?\((?:(?:collectively|together|hereinafter|hereafter|also known as|referred to as|or)[,:]?\s+)*(?:the\s+)?"
    r"(?P<quote>[“\"‘'])?(?P<name>[A-Z][^()“”\"]{2,80}?)(?(quote)[,.]?[”\"’'])\s*\)"
)
_SHORT = re.compile(r"\b(?:Rule|Order|Orders|IFR|Rules|Proclamation|Proclamations|Memorandum|Memo|License|Actions?|Tariffs?|Duties|Framework|Policy|NPRM|Notice)\b")  # fmt: skip
_BACK = re.compile(
    r"\b(?:[Tt]h(?:at|ose)|[Ss]uch|[Tt]he (?:said|same|foregoing|aforementioned|above))\s+(?P<kind>(?:[Ee]xecutive )?[Oo]rder|[Pp]roclamation|[Mm]emorandum|[Dd]irective|[Ii]nterim final rule|[Ff]inal rule|[Rr]ule|[Gg]eneral [Ll]icense)(?P<many>s)?\b"
)
# What may lie between two members of one list of instruments.
_JOINED = re.compile(
    r"[\s,;]*(?:(?:and|or|and/or|as well as|both|each of)[\s,]*)?(?:(?:to|of|in|by|under|pursuant to|from)\s+)?(?:the\s+)?"
    r"(?:(?:[Ss]ections?|[Cc]lauses?|[Ss]ubsections?|[Pp]aragraphs?|[Aa]nnex(?:es)?)\s[\w().,\s-]{1,40}?\s(?:of|to)\s+(?:the\s+)?)?[\s,;]*"
)


_SAME_RULE = re.compile(
    r"[\s,;()\[\]]*(?:(?:FR\s)?[Dd]oc(?:ument|\.)?(?:\s(?:[Nn]o\.|[Nn]umber))?:?\s*|at\s+)?[\s(\[]*"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """One instrument in a text: `text[start:end]` names it, its day and title included."""

    affected: Affected
    start: int
    end: int
    back: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Instruments that a list joins: `Executive Orders 14193, 14194, and 14195`."""

    members: tuple[Mention, ...]

    @property
    def start(self) -> int:
        return self.members[0].start

    @property
    def end(self) -> int:
        return self.members[-1].end


def identity(affected: Affected) -> tuple[str, str]:
    """What identifies an instrument, apart from the part of it that is affected."""
    for field in fields(Affected):
        value = getattr(affected, field.name)
        if value and field.name not in ("part", "quote"):
            return field.name, name_key(value) if field.name == "title" else str(value)
    return "", ""


@lru_cache(maxsize=1)
def nicknames() -> dict[str, Affected]:
    """The table of usual nicknames, by name without regard to case."""
    table = tomllib.loads(files("tracker.legal_status").joinpath("instrument_nicknames.toml").read_text())
    return {
        name.casefold(): Affected(**{key: value for key, value in entry.items() if key != "names"})
        for entry in table["instrument"]
        for name in entry["names"]
    }


class Names:
    """The names of instruments in one document: those of the table, and those that the text defines as it goes."""

    def __init__(self) -> None:
        self._defined: dict[str, tuple[Affected, ...]] = {}
        self._last: dict[str, tuple[Affected, ...]] = {}
        self._pattern: re.Pattern[str] | None = None
        self._known = {name: (affected,) for name, affected in nicknames().items()}

    def learn(self, text: str, groups: Iterable[Group]) -> None:
        """Keeps the short names that a text defines, and its last instruments for back references."""
        for group in groups:
            targets = tuple(member.affected for member in group.members)
            for match in (_DEFINED.match(text, group.end), _DEFINED.match(_after_aside(text, group.end))):
                if match and (match["quote"] or _SHORT.search(match["name"])):
                    self._define(match["name"], targets)
            for kind in {_kind(target) for target in targets}:
                self._last[kind] = tuple(target for target in targets if _kind(target) == kind)

    def _define(self, name: str, targets: tuple[Affected, ...]) -> None:
        folded = fold_space(name).strip(" ,.").casefold()
        if folded not in self._defined and not citations.find_citations(name):
            self._defined[folded] = targets
            self._pattern = None

    def named(self, text: str) -> Iterator[tuple[int, int, tuple[Affected, ...]]]:
        """Each defined name or nickname in a text."""
        if self._pattern is None:
            names = sorted({*self._known, *self._defined}, key=len, reverse=True)
            self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)", re.IGNORECASE)
        for match in self._pattern.finditer(text):
            if match[0][:1].isupper() or match[0].casefold() in self._known:
                key = match[0].casefold()
                yield match.start(), match.end(), self._defined.get(key) or self._known[key]

    def back(self, kind: str, *, many: bool) -> tuple[Affected, ...]:
        """What `that order` or `those orders` refers to: the last instruments of that kind."""
        found = self._last.get(kind, ())
        return found if many else found[-1:]


def _after_aside(text: str, end: int) -> str:
    """The text after the parentheses that follow a name, as a title: `(Title) (the "Order")`."""
    match = re.match(r"\s*,?\s*\([A-Z][^()“”\"]{2,240}\)", text[end:])
    return text[end + match.end() : end + match.end() + 200] if match else ""


def _kind(affected: Affected) -> str:
    if affected.executive_order:
        return "order"
    if affected.proclamation:
        return "proclamation"
    if affected.title:
        words = affected.title.casefold()
        for kind, cue in (
            ("proclamation", "proclamation of"), ("order", "order of"), ("memorandum", "memorandum"), ("memorandum", "nspm"),
            ("general license", "general license"), ("directive", "directive"),
        ):  # fmt: skip
            if cue in words:
                return kind
    return "rule"


def find_groups(text: str, plain: str, names: Names, *, rules: bool = False) -> list[Group]:
    """The instruments that a sentence names, members of one list together. `plain` is the sentence with asides masked, at
    the same length: `as amended by Executive Order 14266` names no instrument of its own there. `rules`: rules that are
    named by their title in quotation marks, or by the day of their publication, count too."""
    mentions = _one_rule(
        [mention for mention in _mentions(text, names, rules=rules) if plain[mention.start].strip()], text
    )
    groups: list[list[Mention]] = []
    for mention in mentions:
        last = groups[-1][-1] if groups else None
        if last and (last.start == mention.start or _JOINED.fullmatch(plain, last.end, mention.start)):
            groups[-1].append(mention)
        else:
            groups.append([mention])
    return [Group(tuple(members)) for members in groups]


def _one_rule(found: list[Mention], text: str) -> list[Mention]:
    """A rule that is named by its citation and its number ("90 FR 47201, FR Doc. 2025-19001") is one instrument."""
    kept: list[Mention] = []
    for mention in found:
        last = kept[-1] if kept else None
        one, other = (last.affected, mention.affected) if last else (Affected(), mention.affected)
        pair = (one.citation and other.document_number) or (one.document_number and other.citation)
        if (
            last
            and pair
            and not (one.citation and one.document_number)
            and _SAME_RULE.fullmatch(text, last.end, mention.start)
        ):
            both = Affected(
                citation=one.citation or other.citation,
                document_number=one.document_number or other.document_number,
            )
            kept[-1] = Mention(both, last.start, mention.end)
        else:
            kept.append(mention)
    return kept


def _mentions(text: str, names: Names, *, rules: bool) -> list[Mention]:
    found: list[Mention] = []
    if rules:
        found += [Mention(affected, start, end) for affected, start, end in published_rules(text)]
    for hit in citations.find_citations(text):
        if field := _KINDS.get(hit.kind):
            value = hit.value.removeprefix("E.O. ").removeprefix("Proclamation ")
            day = _OF_DAY.match(text, hit.end)
            found.append(Mention(Affected(**{field: value}), hit.start, day.end() if day else hit.end))
    for match in _DATED.finditer(text) if " of " in text or " dated " in text else ():
        kind = match["kind"][0].upper() + match["kind"][1:]
        title = f"{kind}{match['number'] or ''} of {match['day']}" + (
            f" ({match['title']})" if match["title"] else ""
        )
        found.append(Mention(Affected(title=title), match.start(), match.end()))
    for match in _DIRECTIVE.finditer(text):
        series = _SERIES.get(match["series"], match["series"])
        day = _OF_DAY.match(text, match.end())
        end = day.end() if day else match.end()
        found.append(Mention(Affected(title=f"{series}-{match['number']}"), match.start(), end))
    for match in _AIRWORTHINESS.finditer(text) if "AD" in text or "irworthiness" in text else ():
        found.append(Mention(Affected(title=f"AD {_close(match['number'])}"), match.start(), match.end()))
    for match in _LICENSE.finditer(text) if "GL" in text or "General License" in text else ():
        program = f"{match['program']} " if match["program"] else ""
        title = f"{program}General License {match['number']}"
        found.append(Mention(Affected(title=title), match.start(), match.end()))
    for start, end, targets in names.named(text):
        found.extend(Mention(target, start, end) for target in targets)
    for match in _BACK.finditer(text):
        kind = re.sub(r"^(?:executive|interim final|final) ", "", match["kind"].lower())
        earlier = [m.affected for m in sorted(found, key=lambda m: m.start) if m.end <= match.start() and not m.back and _kind(m.affected) == kind]  # fmt: skip
        many = match["many"] is not None
        targets = tuple(earlier) if many and earlier else tuple(earlier[-1:]) or names.back(kind, many=many)
        found.extend(Mention(target, match.start(), match.end(), back=True) for target in targets)
    found.sort(key=lambda mention: (mention.start, -mention.end))
    return list(_outermost(found))


def _close(number: str) -> str:
    """A number without the spaces that a line break left after its hyphens."""
    return re.sub(r"-\s", "-", number)


def _outermost(found: Iterable[Mention]) -> Iterator[Mention]:
    last: Mention | None = None
    for mention in found:
        if last is not None and mention.start < last.end and mention.start != last.start:
            continue
        if last is not None and mention.start == last.start and mention.end != last.end:
            continue
        last = mention
        yield mention


def with_part(affected: Affected, part: str) -> Affected:
    """The instrument with the portion of it that is affected, where the words give one."""
    return replace(affected, part=fold_space(part)) if part else affected


def parentheses(text: str) -> Iterator[re.Match[str]]:
    """The asides in parentheses; designators such as `(a)(1)` are none."""
    for match in _PARENTHESES.finditer(text):
        if not _DESIGNATOR.fullmatch(match[0]):
            yield match
