"""Reads OFAC's lists: the full files (`SDN.XML`, `CONSOLIDATED.XML`) and the delta file of one publication, into records in the form
of the Consolidated Screening List.

Both shapes give the same fields, so that a party reads the same whichever file gave it: names, programs, addresses, nationality, birth and
title.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from tracker.errors import ParseError
from tracker.parsing.party_files import iso_day
from tracker.text import fold_space
from tracker.text.safe_xml import NotXmlError, parse_root

SDN = "Specially Designated Nationals (SDN) - Treasury Department"
OTHERS = "Consolidated Sanctions List (Non-SDN) - Treasury Department"
MAX_BYTES = 400_000_000
_SIGNATURE = b"PK\x03\x04"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_FEATURES = {
    "Birthdate": "dates_of_birth",
    "Place of Birth": "places_of_birth",
    "Nationality Country": "nationalities",
    "Nationality": "nationalities",
    "Citizenship Country": "citizenships",
    "Vessel Type": "vessel_type",
}
Record = dict[str, Any]
Element = etree._Element


@dataclass(frozen=True, slots=True)
class FullFile:
    """A full file: its day in ISO, and its parties."""

    day: str
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """The delta file of one publication: the parties that it adds, removes and modifies, by their ids. `modified` have the fields
    that the file states.
    """

    day: str
    added: Mapping[str, Record]
    removed: Mapping[str, Record]
    modified: Mapping[str, Record]


def unpacked(data: bytes, name: str) -> bytes:
    """Return the XML of a file, which may be zipped. Raises ParseError."""
    if not data.startswith(_SIGNATURE):
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            entries = [entry for entry in packed.infolist() if entry.filename.lower().endswith(".xml")]
            if len(entries) != 1 or entries[0].file_size > MAX_BYTES:
                raise ParseError(f"{name}: not one XML file of at most {MAX_BYTES:,} bytes")
            return packed.read(entries[0])
    # zipfile raises the last two for an encrypted entry, and for a compression that it does not support.
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise ParseError(f"{name}: this archive cannot be read: {error}", cure="fetch it again") from error


def full_file(data: bytes, name: str, list_name: str) -> FullFile:
    """Return the parties of a full file. Raises ParseError for another file, one without parties, and one with fewer parties than it
    states.
    """
    root = _root(unpacked(data, name), name)
    if root.tag != "sdnList":
        raise ParseError(f"{name}: <{root.tag}> is no list of OFAC")
    info = root.find("publshInformation")
    records = tuple(_entry(entry, list_name) for entry in root.iterfind("sdnEntry"))
    named = tuple(record for record in records if record["name"])
    stated = _words(info.find("Record_Count")) if info is not None else ""
    if not named:
        raise ParseError(f"{name}: a list of parties without parties", cure="fetch it again")
    if stated.isdigit() and len(records) < int(stated):
        raise ParseError(
            f"{name}: {len(records):,} of {int(stated):,} parties: the file is cut", cure="fetch it again"
        )
    published = _words(info.find("Publish_Date")) if info is not None else ""
    return FullFile(iso_day(published), named)


def delta_file(data: bytes, name: str) -> Delta:
    """Return the changes of one publication. Raises ParseError for another file."""
    root = _root(unpacked(data, name), name)
    if root.tag != "sanctionsData":
        raise ParseError(f"{name}: <{root.tag}> is no delta file of OFAC")
    day = _words(root.find("publicationInfo/datePublished"))[:10]
    kinds: dict[str, dict[str, Record]] = {"add": {}, "remove": {}, "modify": {}}
    for entity in root.iterfind("entities/entity"):
        action = entity.get("action", "").lower()
        kind = {"delete": "remove", "update": "modify", "change": "modify"}.get(action, action)
        identity = entity.get("id", "")
        if kind in kinds and identity:
            kinds[kind][identity] = _entity(entity, day)
    return Delta(day if _DAY.fullmatch(day) else "", kinds["add"], kinds["remove"], kinds["modify"])


def with_deltas(full: FullFile, deltas: Sequence[Delta], list_name: str) -> list[Record]:
    """Return the parties of a full file with what the publications after its day change, and the day of their listing where a
    publication states it.
    """
    found = {record["entity_number"]: dict(record) for record in full.records}
    for delta in deltas:
        if delta.day > full.day:
            for identity in delta.removed:
                found.pop(identity, None)
            for identity, record in delta.added.items():
                if record["name"] and _is_of(record, list_name):
                    found.setdefault(identity, record)
            for identity, record in delta.modified.items():
                if identity in found:
                    found[identity].update(
                        {name: value for name, value in record.items() if _is_whole(name, value)}
                    )
        for identity, record in delta.added.items():
            if identity in found and record.get("listed"):
                found[identity]["listed"] = record["listed"]
    for record in found.values():
        record["source"] = list_name
    return list(found.values())


def _is_of(record: Record, list_name: str) -> bool:
    return bool(record["source"] == SDN) == (list_name == SDN)


def _is_whole(name: str, value: object) -> bool:
    """Whether a modified party's delta states a field whole. It gives changed names and addresses one by one, which the next full
    file joins with the others.
    """
    return name in ("name", "programs") and bool(value)


def _root(data: bytes, name: str) -> Element:
    """Return the root without namespaces: those of the two shapes differ."""
    try:
        root = parse_root(data)
    except NotXmlError as error:
        raise ParseError(f"{name}: not well-formed XML: {error}", cure="fetch it again") from error
    for element in root.iter():
        if isinstance(element.tag, str) and "}" in element.tag:
            element.tag = element.tag.partition("}")[2]
    return root


def _entry(entry: Element, list_name: str) -> Record:
    """Return a party of a full file."""
    aliases = [_full_name(aka) for aka in entry.iterfind("akaList/aka")]
    return _record(
        identity=_words(entry.find("uid")),
        name=_full_name(entry),
        kind=_words(entry.find("sdnType")),
        list_name=list_name,
        programs=map(_words, entry.iterfind("programList/program")),
        aliases=aliases,
        addresses=map(_address, entry.iterfind("addressList/address")),
        more={
            "title": [_words(entry.find("title"))],
            "nationalities": map(_words, entry.iterfind("nationalityList/nationality/country")),
            "citizenships": map(_words, entry.iterfind("citizenshipList/citizenship/country")),
            "dates_of_birth": map(_words, entry.iterfind("dateOfBirthList/dateOfBirthItem/dateOfBirth")),
            "places_of_birth": map(_words, entry.iterfind("placeOfBirthList/placeOfBirthItem/placeOfBirth")),
            "vessel_type": [_words(entry.find("vesselInfo/vesselType"))],
        },
    )


def _entity(entity: Element, day: str) -> Record:
    """Return a party of a delta file."""
    main, aliases = "", []
    for name in entity.iterfind("names/name"):
        written = [_words(one) for one in name.iterfind("translations/translation/formattedFullName")]
        if _words(name.find("isPrimary")) == "true" and not main:
            main = next(iter(written), "")
            aliases += written[1:]
        else:
            aliases += written
    lists = list(entity.iterfind("sanctionsLists/sanctionsList"))
    more: dict[str, list[str]] = {"title": [_words(entity.find("generalInfo/title"))]}
    for feature in entity.iterfind("features/feature"):
        if field := _FEATURES.get(_words(feature.find("type"))):
            more.setdefault(field, []).append(_words(feature.find("value")))
    record = _record(
        identity=entity.get("id", ""),
        name=main,
        kind=_words(entity.find("generalInfo/entityType")),
        list_name=SDN
        if not lists or any("SDN" in _words(one) and "Non" not in _words(one) for one in lists)
        else OTHERS,
        programs=map(_words, entity.iterfind("sanctionsPrograms/sanctionsProgram")),
        aliases=aliases,
        addresses=map(_translated_address, entity.iterfind("addresses/address")),
        more=more,
    )
    days = [one.get("datePublished", "")[:10] for one in lists]
    record["listed"] = next((one for one in days if _DAY.fullmatch(one)), day)
    return record


def _record(
    *,
    identity: str,
    name: str,
    kind: str,
    list_name: str,
    programs: Iterable[str],
    aliases: Iterable[str],
    addresses: Iterable[Record],
    more: Mapping[str, Iterable[str]],
) -> Record:
    found: Record = {
        "entity_number": identity,
        "source": list_name,
        "type": kind,
        "name": name,
        "programs": sorted(set(filter(None, programs))),
        "alt_names": sorted({one for one in aliases if one and one != name}),
        "addresses": [one for one in addresses if one],
    }
    for field, values in more.items():
        if kept := sorted(set(filter(None, values))):
            found[field] = kept
    return found


def _full_name(element: Element) -> str:
    """Return `LAST, First` of a person, as the lists print names."""
    return ", ".join(filter(None, (_words(element.find("lastName")), _words(element.find("firstName")))))


def _address(element: Element) -> Record:
    lines = [_words(element.find(f"address{number}")) for number in (1, 2, 3)]
    parts = {
        "address": ", ".join(filter(None, lines)),
        "city": _words(element.find("city")),
        "state": _words(element.find("stateOrProvince")),
        "postal_code": _words(element.find("postalCode")),
        "country": _words(element.find("country")),
    }
    return {name: value for name, value in parts.items() if value}


def _translated_address(element: Element) -> Record:
    first = element.find("translations/translation")
    parts: dict[str, list[str]] = {}
    for part in _parts(first):
        parts.setdefault(part[0], []).append(part[1])
    names = {"CITY": "city", "STATE/PROVINCE": "state", "POSTAL CODE": "postal_code"}
    found: Record = {
        "address": ", ".join(value for kind, values in parts.items() if kind not in names for value in values)
    }
    found |= {names[kind]: ", ".join(values) for kind, values in parts.items() if kind in names}
    found["country"] = _words(element.find("country"))
    return {name: value for name, value in found.items() if value}


def _parts(translation: Element | None) -> Iterator[tuple[str, str]]:
    for part in translation.iterfind("addressParts/addressPart") if translation is not None else ():
        if value := _words(part.find("value")):
            yield _words(part.find("type")).upper(), value


def _words(element: Element | None) -> str:
    return "" if element is None else fold_space("".join(map(str, element.itertext())))
