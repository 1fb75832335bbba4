"""Names of license exceptions, review policies, country groups, reasons for control, statutes and agencies."""

from __future__ import annotations

import re
from functools import lru_cache

from tracker.model import Language
from tracker.terms.table import once, tables

_EXCEPTION = re.compile(r"(?:License Exception\s+)?(?P<symbol>[A-Z]{3})\Z")
_GROUP = re.compile(r"(?:Country Group\s+)?(?P<group>[A-E](?::[1-9])?)\Z")


def license_exception_name(symbol: str, language: Language = "ja") -> str:
    """`許可例外STA(戦略的貿易許可)` or `License Exception STA (strategic trade authorization)`; empty for no exception."""
    found = _EXCEPTION.match(symbol.strip())
    names = tables("law_terms")["license-exceptions"].get(found["symbol"]) if found else None
    if found is None or names is None:
        return ""
    if language == "ja":
        return f"許可例外{found['symbol']}({names[0]})"
    return f"License Exception {found['symbol']} ({names[1]})"


def review_policy_name(words: str, language: Language = "ja") -> str:
    """`原則不許可` for "a presumption of denial"; empty where the words name no review policy."""
    spaced = words.lower().replace("case by case", "case-by-case")
    for phrase, names in tables("law_terms")["review-policies"].items():
        if phrase in spaced:
            return names[0 if language == "ja" else 1]
    return ""


def country_group_name(group: str, language: Language = "ja") -> str:
    """`カントリーグループD:5(武器禁輸国)` or `Country Group D:5 (U.S. arms embargoed countries)`; empty for no group."""
    found = _GROUP.match(group.strip())
    names = tables("law_terms")["country-groups"].get(found["group"]) if found else None
    if found is None or names is None:
        return ""
    if language == "ja":
        return f"カントリーグループ{found['group']}({names[0]})"
    return f"Country Group {found['group']} ({names[1]})"


def reason_for_control_name(symbol: str, language: Language = "ja") -> str:
    """`国家安全保障(NS)` or `national security (NS)`; empty for no reason for control."""
    names = tables("law_terms")["reasons-for-control"].get(symbol.strip())
    if names is None:
        return ""
    return f"{names[0]}({symbol.strip()})" if language == "ja" else f"{names[1]} ({symbol.strip()})"


def legal_basis_name(words: str, language: Language = "ja") -> str:
    """`通商拡大法232条` for "section 232 of the Trade Expansion Act"; empty where the words name no basis that is known."""
    lowered = words.lower()
    for identity, names in tables("law_terms")["legal-bases"].items():
        if words == identity or any(_is_named(name, words, lowered) for name in names[1:]):
            return names[0 if language == "ja" else 1]
    return ""


def _is_named(name: str, words: str, lowered: str) -> bool:
    """Whether words have a name in any case; `lowered` are the words in lower case, in which few names have to be looked for."""
    if name.lower() not in lowered:
        return False
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words, re.IGNORECASE) is not None


def party_list_name(words: str, language: Language = "ja") -> str:
    """`エンティティー・リスト` for words that name the Entity List or its supplement; empty where they name no list."""
    lowered = words.lower()
    for names in tables("law_terms")["lists"].values():
        if any(_is_named(name, words, lowered) for name in names[2:]):
            return names[0 if language == "ja" else 1]
    return ""


@once
def _agencies() -> tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...]:
    return tuple(
        (identity, names[4:], re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names[4:])))
        for identity, names in tables("law_terms")["agencies"].items()
    )


@lru_cache(maxsize=256)
def agency_id(words: str) -> str:
    """The id of the most particular agency that the words name, or the id that they are; empty where there is none."""
    if words in tables("law_terms")["agencies"]:
        return words
    return next(
        (
            identity
            for identity, names, pattern in _agencies()
            if any(name in words for name in names) and pattern.search(words)
        ),
        "",
    )


def agency_name(id_or_text: str, language: Language, *, short: bool = False) -> str:
    """An agency by its id or by words that name it: `米国商務省産業安全保障局(BIS)`, short `BIS`. Empty where none is named."""
    names = tables("law_terms")["agencies"].get(agency_id(id_or_text))
    if names is None:
        return ""
    return names[(2 if short else 0) + (0 if language == "ja" else 1)]


_SMALL = frozenset({"of", "and", "the", "for", "u", "s", "us", "united", "states", "office"})


@lru_cache(maxsize=256)
def agency_of_slug(slug: str) -> str:
    """The id of the agency that a slug of the Federal Register names: `industry-and-security-bureau` has the words of Bureau of
    Industry and Security. Empty where none has them."""
    wanted = frozenset(slug.split("-")) - _SMALL
    for identity, names in tables("law_terms")["agencies"].items():
        for name in (names[1], *names[4:]):
            if wanted and frozenset(re.findall(r"[a-z]+", name.lower())) - _SMALL == wanted:
                return identity
    return ""
