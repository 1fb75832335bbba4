"""Parses the Consolidated Screening List into one unit per party."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tracker.errors import ParseError
from tracker.model import Unit, UnitKind
from tracker.parsing.gpo_xml import plain, shorten
from tracker.parsing.json_fields import load
from tracker.parsing.unit_builder import SEPARATOR, UnitBuilder
from tracker.text import search_key

# The lists of the Bureau of Industry and Security that are supplements to part 744.
_SUPPLEMENTS = (
    (re.compile(r"^Entity List|\(EL\)"), "Supp. No. 4 to Part 744", "el"),
    (re.compile(r"^Unverified List|\(UVL\)"), "Supp. No. 6 to Part 744", "uvl"),
    (re.compile(r"^Military End[- ]User|\(MEU\)"), "Supp. No. 7 to Part 744", "meu"),
)
_ABBREVIATION = re.compile(r"\(([A-Z][A-Za-z-]{1,8})\)")
# The codes of the most frequent countries; other codes are written as given.
_PLACES = {
    "AE": "UNITED ARAB EMIRATES", "AF": "AFGHANISTAN", "AM": "ARMENIA", "AT": "AUSTRIA", "AU": "AUSTRALIA", "AZ": "AZERBAIJAN",
    "BE": "BELGIUM", "BG": "BULGARIA", "BY": "BELARUS", "CA": "CANADA", "CH": "SWITZERLAND", "CN": "CHINA, PEOPLE'S REPUBLIC OF",
    "CU": "CUBA", "CY": "CYPRUS", "CZ": "CZECH REPUBLIC", "DE": "GERMANY", "DK": "DENMARK", "EE": "ESTONIA", "EG": "EGYPT",
    "ES": "SPAIN", "FI": "FINLAND", "FR": "FRANCE", "GB": "UNITED KINGDOM", "GE": "GEORGIA", "GR": "GREECE", "HK": "HONG KONG",
    "HR": "CROATIA", "HU": "HUNGARY", "ID": "INDONESIA", "IE": "IRELAND", "IL": "ISRAEL", "IN": "INDIA", "IQ": "IRAQ", "IR": "IRAN",
    "IT": "ITALY", "JO": "JORDAN", "JP": "JAPAN", "KE": "KENYA", "KG": "KYRGYZSTAN", "KH": "CAMBODIA", "KP": "KOREA, NORTH",
    "KR": "KOREA, SOUTH", "KW": "KUWAIT", "KZ": "KAZAKHSTAN", "LA": "LAOS", "LB": "LEBANON", "LT": "LITHUANIA", "LU": "LUXEMBOURG",
    "LV": "LATVIA", "LY": "LIBYA", "MD": "MOLDOVA", "MM": "BURMA", "MN": "MONGOLIA", "MO": "MACAU", "MT": "MALTA", "MX": "MEXICO",
    "MY": "MALAYSIA", "NG": "NIGERIA", "NI": "NICARAGUA", "NL": "NETHERLANDS", "NO": "NORWAY", "NP": "NEPAL", "NZ": "NEW ZEALAND",
    "OM": "OMAN", "PA": "PANAMA", "PH": "PHILIPPINES", "PK": "PAKISTAN", "PL": "POLAND", "PT": "PORTUGAL", "QA": "QATAR",
    "RO": "ROMANIA", "RS": "SERBIA", "RU": "RUSSIA", "SA": "SAUDI ARABIA", "SD": "SUDAN", "SE": "SWEDEN", "SG": "SINGAPORE",
    "SI": "SLOVENIA", "SK": "SLOVAKIA", "SS": "SOUTH SUDAN", "SY": "SYRIA", "TH": "THAILAND", "TJ": "TAJIKISTAN", "TM": "TURKMENISTAN",
    "TR": "TURKEY", "TW": "TAIWAN", "UA": "UKRAINE", "US": "UNITED STATES", "UZ": "UZBEKISTAN", "VE": "VENEZUELA", "VN": "VIETNAM",
    "YE": "YEMEN", "ZA": "SOUTH AFRICA", "ZW": "ZIMBABWE",
}  # fmt: skip
_SERVICE_IDS = frozenset({"id", "_id"})
# A date that a database writes as an instant: its midnight has no meaning.
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]00:?00)?\Z")
_RECORDS = ("results", "entities", "entries", "parties", "data")
# The printed fields of a row, in this order; other fields of a record are in `meta` or left out.
_PRINTED = (
    ("programs", "Programs"),
    ("federal_register_notice", "Federal Register notice"),
    ("federal_register", "Federal Register notice"),
    ("effective_date", "Effective"),
    ("start_date", "Start"),
    ("end_date", "End"),
    ("standard_order", "Standard order"),
    ("license_requirement", "License requirement"),
    ("license_policy", "License policy"),
    ("call_sign", "Call sign"),
    ("vessel_type", "Vessel type"),
    ("nationalities", "Nationalities"),
    ("dates_of_birth", "Dates of birth"),
    ("remarks", "Remarks"),
    ("notes", "Notes"),
    ("title", "Title"),
)


def list_units(data: bytes, name: str, list_name: str = "") -> tuple[tuple[Unit, ...], tuple[str, ...]]:
    """Return (units, notes) of a list. Accepts the consolidated.json of trade.gov (`results`), and lists whose
    parties are under `entities`, `entries` or at the top. `list_name` is for lists that are not named in
    each record. Raises ParseError when there are no parties: a list that is empty because its service failed
    must never look like a removal of all parties.
    """
    value = load(data, name)
    records = _records(value)
    if not records:
        raise ParseError(
            f"{name}: a list of parties without parties", cure="the service may have failed: ask again"
        )
    if not list_name and isinstance(value, dict):
        list_name = _LIST_IDS.get(str(value.get("list_id", "")), "")
    return record_units(records, name, list_name)


def record_units(
    records: Sequence[Any], name: str, list_name: str = ""
) -> tuple[tuple[Unit, ...], tuple[str, ...]]:
    """Return the same for records that were read already."""
    outline = UnitBuilder()
    named = [record for record in records if isinstance(record, Mapping) and _text(record.get("name"))]
    skipped = len(records) - len(named)
    # The publisher's order has no meaning and changes from day to day. A row that occurs twice is one row, even
    # where the publisher's service gives each copy its own id.
    for record in {_content(record): record for record in sorted(named, key=_order)}.values():
        _write(outline, record, list_name)
    notes = (f"{skipped} records without a name",) if skipped else ()
    if not outline.units:
        raise ParseError(f"{name}: no record of this list names a party")
    return tuple(outline.units), notes


_LIST_IDS = {
    "bis-entity-list": "Entity List (EL)",
    "bis-dpl": "Denied Persons List (DPL)",
    "bis-uvl": "Unverified List (UVL)",
    "bis-meu": "Military End User (MEU) List",
}


def country_name(code: str) -> str:
    """Return the name of a country by its code, `JP`; "" for an unknown one."""
    return _PLACES.get(code.upper(), "")


def is_list(value: object) -> bool:
    """Return whether a JSON value looks like a list of parties rather than a Federal Register document."""
    records = _records(value)
    first = records[0] if records else None
    return isinstance(first, Mapping) and "name" in first and "document_number" not in first


def _records(value: object) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        for name in _RECORDS:
            if isinstance(value.get(name), list):
                return list(value[name])
    return []


def _write(outline: UnitBuilder, record: Mapping[str, Any], list_name: str) -> None:
    party = _text(record.get("name"))
    source = _text(record.get("source")) or list_name or "List"
    base, code = _base(source)
    addresses = sorted(_address(item) for item in _items(record.get("addresses") or record.get("address")))
    country = _country(record)
    aliases = sorted(_text(item) for item in _items(record.get("alt_names") or record.get("aliases")))
    parts = [party]
    fields = [label for label, there in (("Aliases", aliases), ("Addresses", any(addresses))) if there]
    if aliases:
        parts.append("a.k.a. " + "; ".join(aliases))
    parts.extend(address for address in addresses if address)
    for field, label in _PRINTED:
        if (value := record.get(field)) and (text := _joined(value)):
            parts.append(f"{label}: {text}")
            fields.append(label)
    identity = _text(record.get("entity_number")) or _text(record.get("id")) or _text(record.get("_id"))
    meta = [("list", source), ("country", country), ("party", party)]
    meta.extend(("alias", alias) for alias in aliases)
    meta.extend(("address", address) for address in addresses if address)
    meta.extend(("field", label) for label in fields)
    if identity:
        meta.append(("id", identity))
    if since := _text(record.get("listed")):
        meta.append(("since", since))
    for name in ("source_list_url", "source_information_url"):
        if address := _text(record.get(name)):
            meta.append(("href", address))
    key = (
        f"{code}:{identity}"
        if identity
        else search_key(plain(f"{code}{SEPARATOR}{country}{SEPARATOR}{party}"))
    )
    path = SEPARATOR.join(filter(None, (base, country, shorten(party, 120))))
    outline.add(
        path,
        UnitKind.ROW,
        ". ".join(parts),
        1,
        key=key,
        meta=tuple(item for item in meta if item[1]),
    )


def _base(source: str) -> tuple[str, str]:
    for pattern, base, code in _SUPPLEMENTS:
        if pattern.search(source):
            return base, code
    name = source.split(" - ", maxsplit=1)[0].strip()
    found = _ABBREVIATION.search(name)
    return name, (found[1] if found else name).casefold()


def _country(record: Mapping[str, Any]) -> str:
    stated = _text(record.get("country"))
    if not stated:
        items = _items(record.get("addresses"))
        stated = _most(_text(item.get("country")) for item in items if isinstance(item, Mapping))
    if not stated:
        stated = _most(map(_text, _items(record.get("nationalities") or record.get("citizenships"))))
    return _PLACES.get(stated.upper(), stated.upper())


def _most(names: Iterable[str]) -> str:
    """Return the most frequent name, of several the first in the alphabet; "" where there is none."""
    counted = Counter(filter(None, names))
    return min(counted, key=lambda name: (-counted[name], name), default="")


def _order(record: Mapping[str, Any]) -> tuple[str, str, str, str]:
    return (
        _text(record.get("source")),
        _text(record.get("name")),
        _text(record.get("entity_number")),
        _content(record),
    )


def _content(record: Mapping[str, Any]) -> str:
    """Return a row in canonical JSON without empty fields, the order of its lists, and numbers that its
    publisher's service reassigns: equal for two copies of one row.
    """
    kept = {
        name: sorted(map(_canonical, value)) if isinstance(value, list) else value
        for name, value in record.items()
        if value not in (None, "", []) and name not in _SERVICE_IDS
    }
    return _canonical(kept)


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _items(value: object) -> Iterable[Any]:
    if value is None or value == "":
        return ()
    return value if isinstance(value, list) else (value,)


def _address(item: object) -> str:
    if isinstance(item, Mapping):
        parts = (_text(item.get(name)) for name in ("address", "city", "state", "postal_code", "country"))
        return ", ".join(part for part in parts if part)
    return _text(item)


def _joined(value: object) -> str:
    return "; ".join(sorted(filter(None, (_text(item) for item in _items(value)))))


def _text(value: object) -> str:
    if isinstance(value, str):
        return _MIDNIGHT.sub(r"\1", " ".join(value.split()))
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, Mapping):
        return ", ".join(filter(None, (_text(item) for item in value.values())))
    return ""
