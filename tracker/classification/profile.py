"""Whether a change concerns one firm or team, why, and at which level for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache, partial

from tracker.classification.profile_parties import name_form, named_parties
from tracker.classification.synonyms import synonyms
from tracker.countries import countries_in, country_named
from tracker.documents.effect_names import ancestors, canonical_path
from tracker.documents.text_view import Section, TextView, around, clip_quote
from tracker.locations import unit_path
from tracker.model import (
    Classification,
    Direction,
    Evidence,
    Level,
    Operation,
    Profile,
    ProfileMatch,
    UnitKind,
)
from tracker.tariff.changes import is_tariff
from tracker.text import name_key

_MOST = 6
_TRADE = frozenset(
    {
        "semiconductor-subsystems", "fdpr", "secondary-tariffs", "allied-alignment", "advanced-computing",
        "ai-compute-enforcement", "ai-model-weights", "entity-list", "end-use-end-user", "license-exceptions",
        "deemed-exports-research", "enforcement", "ict-supply-chain", "ear-other", "biosecurity",
    }
)  # fmt: skip
_RAISED = {Level.NONE: Level.MEDIUM, Level.LOW: Level.MEDIUM, Level.MEDIUM: Level.HIGH}
_ECCN = re.compile(r"^(\d[A-Ex])(\d{3}|\d{1,2})?((?:\.[a-z0-9]+)*)\.?\*?$", re.IGNORECASE)
_PARTIES = re.compile(r"Supp\. No\. [467] to Part 744 ›")
_RANGE = re.compile(r"^(\d[A-E]\d{3})\s*(?:-|–|~|〜|to)\s*(\d[A-E]\d{3})$", re.IGNORECASE)


def match_one(profile: Profile, reading: TextView, tagging: Classification) -> ProfileMatch | None:
    """The match of one profile, or None. Its level is raised where an item, product or party of the
    profile is named; a change outside of the field matches only so, and only in the firm's trade."""
    named = [
        *_eccns(profile, reading, tagging),
        *_hts(profile, reading),
        *_tariff_rows(profile, reading, tagging),
        *_products(profile, reading),
        *_parties(profile, reading),
        *_units(profile, reading),
    ]
    trade = any(topic.id in _TRADE for topic in tagging.topics) or reading.is_change
    if tagging.level is Level.NONE:
        return ProfileMatch(profile.id, Level.MEDIUM, tuple(named[:_MOST])) if named and trade else None
    general = [*_topics(profile, tagging), *_countries(profile, reading, tagging)]
    if not named and not general:
        return None
    level = _raised(tagging) if named else tagging.level
    return ProfileMatch(profile.id, level, tuple(dict.fromkeys((*named, *general)))[:_MOST])


def _raised(tagging: Classification) -> Level:
    """One step up for whom the change names; to the top only where it restricts him."""
    if tagging.level is Level.HIGH and tagging.direction is Direction.RESTRICTION:
        return Level.CRITICAL
    return _RAISED.get(tagging.level, tagging.level)


def _sections(reading: TextView) -> Iterator[Section]:
    """What a profile is looked up in: the deciding words, and the instructions of a full text."""
    yield from reading.text
    for order in reading.orders:
        yield Section(order.where, order.text, order.text.lower())
    if reading.full and not reading.is_change:
        for unit in reading.document.units:
            if unit.kind in (UnitKind.ITEM, UnitKind.ECCN, UnitKind.ROW):
                yield Section(unit.path, unit.text, unit.text.lower())


def _eccns(profile: Profile, reading: TextView, tagging: Classification) -> Iterator[Evidence]:
    for wanted in profile.eccns:
        for eccn, evidence in reading.eccns.items():
            if eccn_matches(wanted, eccn):
                yield evidence
                break
        else:
            if any(eccn_matches(wanted, eccn) for eccn in tagging.eccns):
                yield Evidence(wanted, "eccns")


def eccn_matches(wanted: str, eccn: str) -> bool:
    """3B001 meets 3B001 and 3B001.c.1.a, and 3B001.c meets 3B001 as a whole (the entry was touched);
    a prefix (3B, 3B0) and a range (3B001-3B009) take whole entries."""
    wanted, eccn = wanted.strip(), eccn.strip()
    if match := _RANGE.match(wanted):
        return match[1].upper() <= eccn[:5].upper() <= match[2].upper()
    if _ECCN.match(wanted) is None:
        return False
    left, right = wanted.rstrip("*.").lower(), eccn.lower()
    if left == right or right.startswith(f"{left}.") or left.startswith(f"{right}."):
        return True
    return len(left) < 5 and right.startswith(left)


def _hts(profile: Profile, reading: TextView) -> Iterator[Evidence]:
    for wanted in profile.hts:
        digits = re.sub(r"\D", "", wanted)
        if len(digits) < 2:
            continue
        dotted = digits[:4] + "".join(rf"\.?{digits[i : i + 2]}" for i in range(4, len(digits), 2))
        pattern = re.compile(rf"(?<![\d.]){dotted}(?:\.?\d{{2}})*(?![\d])")
        for section in _sections(reading):
            if (match := pattern.search(section.text)) and (
                len(digits) >= 6 or re.search(r"HTS|heading|tariff|schedule", section.text, re.I)
            ):
                yield Evidence(around(section.text, match.start(), match.end()), section.where)
                break


def _tariff_rows(profile: Profile, reading: TextView, tagging: Classification) -> Iterator[Evidence]:
    """Yield the rows of the tariff schedule that a change touches, at, above or below the profile's numbers."""
    if not is_tariff(reading.document):
        return
    touched = [(re.sub(r"\D", "", path.partition(" › ")[0]), path) for path in tagging.units]
    for wanted in profile.hts:
        code = re.sub(r"\D", "", wanted)
        if len(code) < 2:
            continue
        for row, path in touched:
            if row and (row.startswith(code) or code.startswith(row)):
                yield Evidence(path, path)
                break


def _products(profile: Profile, reading: TextView) -> Iterator[Evidence]:
    # A firm that is called after a product is a party, not the product.
    sections = (
        [each for each in _sections(reading) if not _PARTIES.match(unit_path(each.where))]
        if profile.products
        else []
    )
    for product in profile.products:
        pattern = _product_pattern(synonyms(product))
        for section in sections:
            if match := pattern.search(section.text):
                yield Evidence(around(section.text, match.start(), match.end()), section.where)
                break


@lru_cache(maxsize=1024)
def _product_pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Latin words at word bounds with a plural, space and hyphen alike; Japanese words unchanged."""
    pieces = []
    for word in words:
        if word.isascii():
            body = r"[\s-]+".join(re.escape(part) for part in re.split(r"[\s-]+", word.strip()))
            pieces.append(rf"(?<!\w){body}(?:e?s)?(?!\w)")
        else:
            pieces.append(re.escape(word))
    return re.compile("|".join(pieces), re.IGNORECASE)


def _parties(profile: Profile, reading: TextView) -> Iterator[Evidence]:
    if profile.parties:
        yield from named_parties(
            profile.parties, _names(reading), partial(_sections, reading), tuple(reading.text)
        )


def _names(reading: TextView) -> Iterator[tuple[str, Evidence, tuple[str, ...]]]:
    """Names and aliases of the parties whose rows were added, removed or changed (or are in a new document),
    with their identity numbers."""
    for operation in reading.operations:
        if operation.kind is UnitKind.ROW or " › " in operation.path:
            yield from _row_names(operation)
    for unit in reading.document.units:
        if unit.kind is not UnitKind.ROW or (reading.is_change and unit.path not in reading.touched):
            continue
        evidence = Evidence(clip_quote(unit.text), unit.path)
        names = [value for key, value in unit.meta if key in ("party", "alias")]
        for name in names or [unit.key or unit.path.split("›")[-1]]:
            yield name_form(name), evidence, tuple(value for key, value in unit.meta if key == "id")


def _row_names(operation: Operation) -> Iterator[tuple[str, Evidence, tuple[str, ...]]]:
    text = operation.after or operation.before
    evidence = Evidence(clip_quote(text), operation.path)
    names = [operation.path.split("›")[-1], *_aliases(text)]
    for name in names:
        yield name_form(name), evidence, tuple(re.findall(r"\b[A-Z0-9][\w-]{5,}\b", text))


def _aliases(text: str) -> list[str]:
    """ "a.k.a., the following two aliases: —SMIC; and —Sample." and "a.k.a. SMIC"."""
    names = re.findall(r"(?:—|–\s)\s*([^;.(—]{3,80})", text)
    for listed in re.findall(r"\balias(?:es)?:\s*([^.]{3,400})", text):
        names += re.split(r";|—|,? and ", listed)
    names += re.findall(r"(?:a\.k\.a\.,?|f\.k\.a\.,?|also known as)\s+(?!the following)([^;,.(]{3,80})", text)
    return [name.strip() for name in names if name.strip()]


def _countries(profile: Profile, reading: TextView, tagging: Classification) -> Iterator[Evidence]:
    wanted = {found.id for name in profile.countries if (found := country_named(name)) is not None}
    if not wanted:
        return
    if "japan" in wanted and tagging.japan_nexus:
        yield tagging.japan_nexus[0]
    for section in reading.text:
        for where in (section.where, section.text):
            if any(found.id in wanted for found in countries_in(where)):
                yield Evidence(clip_quote(section.text), section.where)
                return


def _units(profile: Profile, reading: TextView) -> Iterator[Evidence]:
    """The watched units that the change touches, or a part or the whole of which it touches. A watched instrument is
    matched by the effects on it, where these are read."""
    if not profile.units:
        return
    touched = {name_key(path): evidence for path, evidence in reading.touched.items()}
    containing: dict[str, Evidence] = {}
    for path, evidence in reading.touched.items():
        for unit in ancestors(canonical_path(path)):
            containing.setdefault(name_key(unit), evidence)
    for wanted in profile.units:
        whole, *above = [name_key(path) for path in ancestors(canonical_path(wanted))]
        found = containing.get(whole) or next((touched[path] for path in above if path in touched), None)
        if found is not None:
            yield found


def _topics(profile: Profile, tagging: Classification) -> Iterator[Evidence]:
    for topic in tagging.topics:
        if topic.id in profile.topics and topic.evidence:
            yield topic.evidence[0]
