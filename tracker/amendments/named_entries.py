"""Reads what instructions name by words: entries of lists and tables, terms, parts of an ECCN's entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from tracker.amendments.actions import Step, StepKind
from tracker.amendments.cursor import Cursor
from tracker.amendments.designators import form_span
from tracker.amendments.scope import Named
from tracker.countries import country_named, foreign_names

K = StepKind
_AND = re.compile(r"(?:[,;.][\s\x01\x02]*(?:and\b|or\b)?|and\b|or\b)[\s\x01\x02]*", re.IGNORECASE)
_THROUGH = re.compile(r"(?:,\s*)?through\b", re.IGNORECASE)
_QUOTE = re.compile(r"[“\"‘]")
_ITALIC = re.compile(r"([^\x01\x02]{2,200})\x02")
_ENTRY = re.compile(r"(?:table\s+)?(?:entr(?:y|ies)|rows?|listings?)\b", re.IGNORECASE)
_UNDER = re.compile(
    r",?\s*(?:under|in)\s+(?:the\s+(?:heading|country|destination)\s+(?:for|of)\s+)?", re.IGNORECASE
)
_FOR = re.compile(
    r",?\s*(?:for|of|reading)\b(?:\s+the\s+(?:entit(?:y|ies)|terms?|countr(?:y|ies)))?", re.IGNORECASE
)
_FORM_WORD = re.compile(
    r"(?:(?:model|sample)\s+(?:and\s+(?:model|sample)\s+)?)?(?:forms?|clauses?|titles?)\s+(?=[A-Z]{1,3}-\d)",
    re.IGNORECASE,
)
_FORM = re.compile(r"([A-Z]{1,3}-\d{1,3}(?:\([A-Z0-9a-z]{1,4}\))*)(?![\w(])")
_CAPITALS = re.compile(r"[A-ZÀ-Þ][A-ZÀ-Þ'’.-]+(?:,?\s+[A-ZÀ-Þ(][A-ZÀ-Þ'’.()-]*)*(?![a-zß-ÿ])")
_CAPITALIZED = re.compile(
    r"(?:the\s+)?([A-ZÀ-Þ][\w'’-]*(?:\s+(?:(?:of|the)\s+)*[A-ZÀ-Þ][\w'’-]*)*)(?=[\x01\x02]*\s*(?:$|[,;.:]|(?:and|in|to|under|from|is|are)\b))"
)
_ABBREVIATIONS = frozenset(
    (
        "ltd",
        "co",
        "inc",
        "corp",
        "sti",
        "pte",
        "pty",
        "pvt",
        "bhd",
        "jr",
        "sr",
        "tic",
        "san",
        "est",
        "intl",
        "univ",
        "no",
        "etc",
        "mfg",
        "dept",
        "inst",
    )
)
_OR = re.compile(r"^[\s\x01\x02]*or\b")
_CHART = re.compile(
    r"((?:Commerce\s+)?Country\s+Chart|Entity\s+List|Unverified\s+List|Military\s+End[- ]User\s+(?:\(?MEU\)?\s+)?List)\b(?:\s+table)?",
    re.IGNORECASE,
)


class _EccnParts:
    """The parts of an entry of the Commerce Control List, by the names that the list prints."""

    _NAMES = (
        "License Requirements", "Reporting Requirements", "List Based License Exceptions", "Special Conditions for STA",
        "List of Items Controlled", "Related Controls", "Related Definitions", "Reason for Control", "Items", "Unit",
        "LVS", "GBS", "CIV", "TSR", "APP", "STA", "NAC/ACA", "AIA",
    )  # fmt: skip
    pattern = re.compile(
        r"(?:the\s+)?[“\"‘]?(?P<name>license\s+requirements?|reporting\s+requirements?|list[- ]based\s+license\s+exceptions?|"
        r"special\s+conditions\s+for\s+STA|list\s+of\s+items\s+controlled|related\s+controls?|related\s+definitions?|"
        r"reasons?(?:\(s\))?\s+for\s+control|items|unit|LVS|GBS|CIV|TSR|APP|STA|NAC/ACA|AIA)[:,]?[”\"’]?\s+"
        r"(?:paragraphs?|section|table|portion|lines?)\b(?![\s\x01\x02]+\.?[a-z](?:\.\w|[,;.\s]|$))",
        re.IGNORECASE,
    )

    def name(self, found: re.Match[str]) -> str:
        words = " ".join(found["name"].lower().replace("-", " ").replace("(s)", "").split()).rstrip("s")
        words = re.sub(r"^reasons ", "reason ", words)
        return next(name for name in self._NAMES if name.lower().rstrip("s") == words)


ECCN_PARTS = _EccnParts()


class Entries:
    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor

    def quote(self) -> str | None:
        """Return the words of a quotation at the cursor, inner quotations included. A closing mark of the wrong
        shape is accepted before punctuation.
        """
        start = self.cursor.take(_QUOTE)
        if start is None:
            return None
        mark, text, begin = start[0], self.cursor.text, self.cursor.position
        depth = 1
        self.cursor.charge(40)
        for place in range(begin, min(len(text), begin + 2_000)):
            letter, after = text[place], text[place + 1 : place + 2]
            if mark == '"':
                closes = letter == '"'
            elif mark == "“":
                closes = letter == "”" or (letter == "“" and (not after or after in ",;. ") and place > begin)
                depth += letter == "“" and not closes
            else:
                closes = letter in "’'" and not after.isalnum()
            depth -= closes
            if closes and depth == 0:
                self.cursor.position = place + 1
                return " ".join(text[begin:place].replace("\x01", "").replace("\x02", "").split())
        self.cursor.position = start.start()
        return None

    def quoted(self) -> list[str]:
        """Return the names of a list of quotations, or of words in italics."""
        found: list[str] = []
        ends_list_member = False
        while True:
            start = self.cursor.position
            if found and not self.cursor.take(_AND) and not ends_list_member:
                break
            name = self.quote()
            if (
                name is None
                and self.cursor.peek(_ITALIC)
                and self.cursor.text[: self.cursor.position + 2].rstrip().endswith("\x01")
            ):
                italic = self.cursor.take(_ITALIC)
                name = italic[1].strip() if italic else None
            if not name:
                self.cursor.position = start
                break
            ends_list_member = name.endswith((",", ";"))
            if found and _OR.search(self.cursor.text[start : start + 8]):
                continue  # another name of the same: “Mortgage loan” or “loan”
            found.append(_without_period(name.strip(" ,;")))
        return found

    def chart(self) -> str | None:
        found = self.cursor.take(_CHART)
        return " ".join(found[1].split()) if found else None

    def read(self, context: Mapping[StepKind, str]) -> list[Named] | None:
        """Return entries by name, a country of a list, or forms."""
        if self.cursor.take(_FORM_WORD):
            return self._forms()
        if self.cursor.take(_ENTRY):
            return self._named()
        if self.cursor.peek(_FORM):
            return self._forms()
        country = self._country() if _lists_countries(context) else None
        return [Named((Step(K.COUNTRY, country),))] if country else None

    def _named(self) -> list[Named] | None:
        above: tuple[Step, ...] = ()
        start = self.cursor.position
        if self.cursor.take(_UNDER):
            if country := self._country():
                above = (Step(K.COUNTRY, country),)
            else:
                self.cursor.position = start
        self.cursor.take(_FOR)
        names = self.quoted()
        if not names and (forms := self._forms()):
            names = [form.steps[0].label for form in forms]
        names = names or self._countries() or self._capitalized()
        return [Named((*above, Step(K.ENTRY, name))) for name in names] or None

    def _countries(self) -> list[str]:
        found: list[str] = []
        while True:
            start = self.cursor.position
            if found and not self.cursor.take(_AND):
                break
            country = self._country()
            if country is None:
                self.cursor.position = start
                break
            found.append(country)
        return found

    def country_heading(self, context: Mapping[StepKind, str]) -> str | None:
        """Return the country of "the heading CYPRUS"."""
        return self._country() if _lists_countries(context) and self.cursor.peek(_CAPITALS) else None

    def _capitalized(self) -> list[str]:
        """Return the names of "entries for Alpha and Beta Gamma": words with capitals."""
        found: list[str] = []
        while True:
            start = self.cursor.position
            if found and not self.cursor.take(_AND):
                break
            name = self.cursor.take(_CAPITALIZED)
            if name is None:
                self.cursor.position = start
                break
            found.append(name[1])
        return found

    def _country(self) -> str | None:
        """Return a country as printed: in capitals with what belongs to its name, or by a known name."""
        start = self.cursor.position
        capitals = self.cursor.take(_CAPITALS)
        if capitals and len(capitals[0].rstrip(" ,.")) > 3:
            return capitals[0].rstrip(" ,.")
        self.cursor.position = start
        if quoted := self.quote():
            if country_named(quoted):
                return quoted.rstrip(" ,.;")
            self.cursor.position = start
        found = self.cursor.take(_country_names())
        return found["name"] if found else None

    def _forms(self) -> list[Named] | None:
        found: list[str] = []
        while True:
            start = self.cursor.position
            through = bool(found) and bool(self.cursor.take(_THROUGH))
            if found and not through and not self.cursor.take(_AND):
                break
            self.cursor.take(_FORM_WORD)
            match = self.cursor.take(_FORM)
            members = form_span(found[-1], match[1]) if match and through else None
            if match is None or (through and members is None):
                self.cursor.position = start
                break
            found += (members or [])[1:-1]
            found.append(match[1])
        return [Named((Step(K.FORM, name),)) for name in found] or None


def _without_period(name: str) -> str:
    """Return a name without the period of its sentence, which is printed inside the quotation. The period of an
    abbreviation belongs to the name.
    """
    last = name.rpartition(" ")[2]
    is_abbreviated = last[:-1].lower() in _ABBREVIATIONS or "." in last[:-1]
    return name[:-1] if name.endswith(".") and not is_abbreviated else name


def _lists_countries(context: Mapping[StepKind, str]) -> bool:
    return K.TABLE in context or context.get(K.SUPPLEMENT, "").isdigit()


@lru_cache(maxsize=1)
def _country_names() -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in sorted(foreign_names(), key=len, reverse=True))
    return re.compile(rf"(?:the\s+)?(?P<name>{names})(?!\w)")
