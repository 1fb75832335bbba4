"""The dictionary of words and fixed phrases from which phrases are translated (`words.toml`, `goods.toml`, `law_terms.toml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tracker.terms.table import once, tables

_LONGEST_PREPOSITION = 4
PREPOSITIONS: Mapping[str, str] = {
    "of": "の", "to": "への", "into": "への", "onto": "への", "toward": "に向けた", "towards": "に向けた", "for": "に関する", "from": "からの",
    "on": "に関する", "upon": "に関する", "in": "における", "at": "における", "with": "との", "by": "による", "under": "に基づく", "against": "に対する",
    "through": "を通じた", "via": "を通じた", "between": "間の", "among": "間の", "as": "としての", "within": "内の", "without": "のない", "across": "を越える",
    "about": "に関する", "regarding": "に関する", "concerning": "に関する", "involving": "に関わる", "affecting": "に影響する", "including": "を含む",
    "pursuant to": "に基づく", "related to": "に関する", "relating to": "に関する", "with respect to": "に関する", "with regard to": "に関する",
    "in connection with": "に関連する", "in relation to": "に関する", "in response to": "に対応する", "in support of": "を支援する", "due to": "による",
    "because of": "による", "subject to": "の対象となる", "other than": "以外の", "except for": "を除く", "except": "を除く", "excluding": "を除く", "after": "後の", "following": "後の", "before": "前の",
    "prior to": "前の", "during": "中の", "until": "までの", "over": "に関する", "around": "に関する", "outside": "外の", "based on": "に基づく", "destined for": "向けの", "bound for": "向けの", "intended for": "向けの", "bound to": "向けの",
    "originating in": "原産の", "located in": "所在の", "consistent with": "に沿った", "used in": "に用いる", "used for": "に用いる", "for use in": "に用いる",
    "capable of": "が可能な", "as a result of": "の結果としての", "on behalf of": "のための", "made of": "製の", "made from": "製の", "made in": "製の", "applicable to": "に適用される", "as amended by": "により改正された",
    "in light of": "を踏まえた", "along with": "及び", "together with": "及び", "as well as": "及び",
}  # fmt: skip


@once
def dictionary() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """The tables `noun`, `modifier`, `action` and `phrase`."""
    return tables("words")


@once
def _deeds() -> frozenset[str]:
    return frozenset(names[0][-2:] for names in dictionary()["action"].values())


def is_deed(ja: str) -> bool:
    """Whether a Japanese noun is one for an action: 追加, 意見募集."""
    return ja[-2:] in _deeds()


@once
def phrases() -> tuple[dict[tuple[str, ...], str], int]:
    """Fixed phrases and goods by their words in the singular, and the length of the longest."""
    found: dict[tuple[str, ...], str] = {}
    for table, entries in tables("goods").items():
        for key, names in entries.items():
            if table != "generic" or len(key.split()) > 1:
                found[tuple(singular(word) for word in key.lower().split())] = names[0]
    law = tables("law_terms")
    named = [(name, names[2]) for names in law["agencies"].values() for name in names[4:]]
    named += [(name, names[0]) for names in law["lists"].values() for name in names[2:]]
    named += [(name, names[0]) for names in law["legal-bases"].values() for name in names[1:]]
    named += [(key, names[0]) for key, names in law["review-policies"].items()]
    for key, ja in named:
        found[tuple(singular(word) for word in re.findall(r"[\w.'-]+", key.lower()))] = ja
    for key, names in dictionary()["phrase"].items():
        found[tuple(singular(word) for word in key.lower().replace("’", "'").split())] = names[0]
    return found, max(*map(len, found), _LONGEST_PREPOSITION)


def singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 4 and word.endswith(("sses", "ches", "shes", "xes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def has_word(word: str) -> bool:
    book = dictionary()
    return any(
        form in book[table] for table in ("noun", "modifier", "action") for form in (word, singular(word))
    )


def bases(word: str, ending: str) -> tuple[str, ...]:
    if not word.endswith(ending) or len(word) <= len(ending) + 2:
        return ()
    stem = word[: -len(ending)]
    doubled = (stem[:-1],) if stem[-1] == stem[-2] else ()
    changed = (f"{stem[:-1]}y",) if ending == "ed" and stem.endswith("i") else ()
    return (stem, f"{stem}e", *doubled, *changed)
