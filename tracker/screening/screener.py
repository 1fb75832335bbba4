"""Checks names against the lists as they are stored: what is listed, since when, by which rule, and how fresh each list is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

from tracker.clock import legal_day
from tracker.countries import country_named
from tracker.documents.listed_parties import Party
from tracker.legal_status.stored_register import status_of_units
from tracker.model import Level, Profile
from tracker.screening.matcher import THRESHOLD, ListedName, Matched, NameHit, NameIndex
from tracker.screening.names import name_key
from tracker.search.index import SearchIndex
from tracker.search.names import names_of
from tracker.search.query import terms
from tracker.storage.database import Store
from tracker.storage.read_queries import StoreReader
from tracker.text.words import JAPANESE

# The lists of part 744: without one of them no name is checked.
EXPECTED = ("entity-list", "unverified-list", "military-end-user-list")
CONSOLIDATED = "consolidated-screening-list"
# What a list requires where its rows do not print it.
_REQUIREMENTS = {"unverified-list": "15 CFR 744.15", "military-end-user-list": "15 CFR 744.21"}
_ELSEWHERE = 0.04  # taken off a misspelled name in another country
_MOST_READINGS = 6  # of a Japanese name


@dataclass(frozen=True, slots=True)
class ListState:
    """A list that names were checked against. `state`: empty where it is whole, `missing` where none is stored, `failing` where
    its source fails: then `as_of` is the last day that was stored."""

    id: str
    as_of: str
    sha256: str
    parties: int
    state: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Partner:
    """A name to be checked, with what the file says of it."""

    name: str
    country: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A listed party that a name may stand for. `status`: the states of its row today by the register, `in-force` where nothing
    touches it; `change_id` is the stored record of the rule."""

    party: Party
    listed_name: str
    score: float
    matched: Matched
    status: str
    change_id: str = ""


@dataclass(frozen=True, slots=True)
class Screened:
    partner: Partner
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Screening:
    """The answer of one check: the lists with their days and hashes, and the partners in the order of the file."""

    lists: tuple[ListState, ...]
    results: tuple[Screened, ...]

    @property
    def whole(self) -> bool:
        """Whether every list was there."""
        return not any(one.state for one in self.lists)


class Screener:
    """The stored lists, read once. `versions` identifies them, so that a holder knows when to read them again."""

    def __init__(self, finder: SearchIndex) -> None:
        self.versions = finder.lists()
        self.listed: dict[Profile, list[tuple[str, NameHit]]] = {}
        self.counts: dict[tuple[str, str], int] = {}
        regulations = sorted(self.versions, key=lambda identity: ("CFR" not in identity, identity))
        merged: dict[tuple[str, tuple[str, ...]], Party] = {}
        for identity in regulations:
            for party in finder.parties(identity):
                self.counts[identity, party.list] = self.counts.get((identity, party.list), 0) + 1
                own = tuple(sorted(name_key(party.name).words))
                # The Consolidated Screening List repeats the lists of part 744: such a party is one, the regulations lead.
                key = (party.list, own) if party.list in EXPECTED else (party.path, own)
                merged[key] = _together(merged[key], party) if key in merged else party
        self.parties = list(merged.values())
        self._index = NameIndex(
            [
                ListedName(name, number, bool(place))
                for number, party in enumerate(self.parties)
                for place, name in enumerate((party.name, *party.aliases))
            ]
        )

    def find(self, partner: Partner) -> list[NameHit]:
        """Return the parties that a name may stand for, the likeliest first."""
        best: dict[int, NameHit] = {}
        for place, reading in enumerate(_readings(partner.name)):
            for hit in self._index.find(reading):
                found = hit if place == 0 else replace(hit, matched="fuzzy")
                if self._is_elsewhere(hit, partner.country):
                    found = replace(found, score=round(hit.score - _ELSEWHERE, 3))
                if found.score >= THRESHOLD and found.score > getattr(best.get(hit.party), "score", 0.0):
                    best[hit.party] = found
        return sorted(best.values(), key=lambda hit: (-hit.score, hit.party))

    def _is_elsewhere(self, hit: NameHit, country: str) -> bool:
        if hit.matched != "fuzzy" or not country:
            return False
        asked, listed = country_named(country), country_named(self.parties[hit.party].country)
        return asked is not None and listed is not None and asked.id != listed.id


def _together(first: Party, second: Party) -> Party:
    """Return a party with what a second row of the same list adds to it."""
    return replace(
        first,
        aliases=tuple(dict.fromkeys((*first.aliases, *second.aliases))),
        address="; ".join(dict.fromkeys(filter(None, (first.address, second.address)))),
        requirement=first.requirement or second.requirement,
        policy=first.policy or second.policy,
        since=first.since or second.since,
        rules=first.rules or second.rules,
    )


def _readings(name: str) -> list[str]:
    """Return a name, and a Japanese one also by the names that the glossary has for its words."""
    if not JAPANESE.search(name):
        return [name]
    groups = [
        [form for form in names_of(group[0]) if not JAPANESE.search(form)] or [group[0]]
        for group in terms(name)
    ]
    read = [" ".join(words) for words in product(*(group[:3] for group in groups))] if groups else []
    return [name, *read[:_MOST_READINGS]]


def screen(
    screener: Screener,
    store: Store,
    reader: StoreReader,
    partners: Iterable[Partner],
    today: date,
    *,
    consolidated: bool,
    own: Mapping[str, str] | None = None,
) -> Screening:
    """Check names. `consolidated`: the settings have a source of the Consolidated Screening List, so that it must be there; `own`: the
    sources of agencies' own lists, each with the name of its list."""
    found = [(partner, screener.find(partner)) for partner in partners]
    parties = [screener.parties[hit.party] for _, hits in found for hit in hits]
    with store.read() as connection:
        states = status_of_units(connection, {party.path for party in parties}, today)
    changes = {rule: reader.names(rule) for party in parties for rule in party.rules[:1]}
    results = tuple(
        Screened(
            partner,
            tuple(
                Hit(
                    _with_requirement(party),
                    hit.name,
                    hit.score,
                    hit.matched,
                    ", ".join(dict.fromkeys(one.state for one in states.get(party.path, ()))) or "in-force",
                    changes.get(party.rules[0], "") if party.rules else "",
                )
                for hit in hits
                for party in [screener.parties[hit.party]]
            ),
        )
        for partner, hits in found
    )
    return Screening(list_states(screener, reader, consolidated=consolidated, own=own), results)


def _with_requirement(party: Party) -> Party:
    return party if party.requirement else replace(party, requirement=_REQUIREMENTS.get(party.list, ""))


def list_states(
    screener: Screener, reader: StoreReader, *, consolidated: bool, own: Mapping[str, str] | None = None
) -> tuple[ListState, ...]:
    """Return the lists with the day and the SHA-256 of the answer that each was read from, and those that are missing."""
    sources = reader.sources()
    found: list[ListState] = []
    for (identity, name), count in sorted(screener.counts.items()):
        version = next(
            state for state in reader.text_states(identity) if state["ordinal"] == screener.versions[identity]
        )
        source = identity.partition(":")[0]
        day = version["as_of"] or legal_day(version["fetched_at"]).isoformat()
        failing = sources.get(source, {}).get("consecutive_failures", 0) > 0
        found.append(ListState(name, day, version["sha256"], count, "failing" if failing else "", source))
    there = {one.id for one in found}
    missing = [name for name in EXPECTED if name not in there]
    if consolidated and not there - set(EXPECTED):
        missing.append(CONSOLIDATED)
    stored = {one.source for one in found}
    missing += [name for source, name in (own or {}).items() if source not in stored]
    return (*found, *(ListState(name, "", "", 0, "missing") for name in missing))


def list_level(identity: str) -> Level:
    """Return the level of a listed party for a profile that names it: that of its addition to the list."""
    return Level.HIGH if identity == "unverified-list" else Level.CRITICAL


def listed_partners(screener: Screener, profiles: Sequence[Profile]) -> dict[str, list[tuple[str, NameHit]]]:
    """Return the parties of each profile that are listed already, with what they match; found once for the same lists."""
    found: dict[str, list[tuple[str, NameHit]]] = {}
    for profile in profiles:
        if profile not in screener.listed:
            screener.listed[profile] = [
                (name, hit) for name in profile.parties for hit in screener.find(Partner(name))[:3]
            ]
        if hits := screener.listed[profile]:
            found[profile.id] = hits
    return found
