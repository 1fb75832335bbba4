"""Lists of parties: the Consolidated Screening List and lists that others made."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.recorded import recorded
from tracker.documents.identity import content_hash
from tracker.errors import ParseError
from tracker.model import Document, DocumentKind, Unit, UnitKind
from tracker.parsing.screening_list import list_units


def party(**changes: Any) -> dict[str, Any]:
    return {
        "_id": "a1b2",
        "source": "Entity List (EL) - Bureau of Industry and Security",
        "entity_number": None,
        "type": None,
        "programs": [],
        "name": "Some Co., Ltd.",
        "title": None,
        "addresses": [
            {"address": "1-1 Chiyoda", "city": "Tokyo", "state": None, "postal_code": "100", "country": "JP"}
        ],
        "federal_register_notice": "90 FR 1",
        "start_date": "2025-01-02",
        "end_date": None,
        "standard_order": None,
        "license_requirement": "For all items subject to the EAR",
        "license_policy": "Presumption of denial",
        "alt_names": ["Some KK", "Nanika"],
        "ids": [],
        "source_list_url": "http://bis.gov/el",
        **changes,
    }


def read(*parties: Any) -> tuple[Unit, ...]:
    return list_units(json.dumps({"total": len(parties), "results": list(parties)}).encode(), "list")[0]


def test_a_party_is_a_row_by_list_country_and_name() -> None:
    row = read(party())[0]
    assert row.path == "Supp. No. 4 to Part 744 › JAPAN › Some Co., Ltd."
    assert row.kind is UnitKind.ROW
    assert row.key == "el:a1b2"
    assert "a.k.a. Nanika; Some KK" in row.text
    assert "1-1 Chiyoda, Tokyo, 100, JP" in row.text
    assert "License policy: Presumption of denial" in row.text
    assert dict(row.meta)["country"] == "JAPAN"


@pytest.mark.parametrize(
    ("source", "base"),
    [
        ("Unverified List (UVL) - Bureau of Industry and Security", "Supp. No. 6 to Part 744"),
        ("Military End User (MEU) List - Bureau of Industry and Security", "Supp. No. 7 to Part 744"),
        ("Denied Persons List (DPL) - Bureau of Industry and Security", "Denied Persons List (DPL)"),
        (
            "Specially Designated Nationals (SDN) - Treasury Department",
            "Specially Designated Nationals (SDN)",
        ),
    ],
)
def test_each_list_has_its_name(source: str, base: str) -> None:
    assert read(party(source=source))[0].path == f"{base} › JAPAN › Some Co., Ltd."


def test_a_number_of_the_list_itself_is_the_key() -> None:
    sdn = party(
        source="Specially Designated Nationals (SDN) - Treasury Department",
        entity_number=15268,
        programs=["UKRAINE-EO13662"],
    )
    assert read(sdn)[0].key == "sdn:15268"
    assert "Programs: UKRAINE-EO13662" in read(sdn)[0].text


def test_a_party_without_country_or_with_odd_fields_is_read() -> None:
    row = read(party(addresses=None, alt_names="Alias", programs="X", start_date=7, nationalities=["JP"]))[0]
    assert row.path == "Supp. No. 4 to Part 744 › JAPAN › Some Co., Ltd."
    assert "Start: 7" in row.text


def test_namesakes_stay_apart() -> None:
    rows = read(party(), party(federal_register_notice="91 FR 7"))
    assert [unit.path[-4:] for unit in rows] == ["Ltd.", " [2]"]
    numbered = read(party(entity_number="7"), party(entity_number="8"))
    assert len(numbered) == 2, "two numbers of the list itself are two entries"


def test_a_row_that_is_there_twice_is_one_row() -> None:
    """Also where the service gives the copy another id, another order of the names, or empty fields."""
    copies: tuple[dict[str, Any], ...] = (
        {},
        {"_id": "z9"},
        {"id": "77"},
        {"alt_names": ["Nanika", "Some KK"]},
        {"remarks": ""},
    )
    for copy in copies:
        assert len(read(party(), party(**copy))) == 1, copy


def test_a_date_written_as_midnight_is_that_date() -> None:
    plain = read(party())
    for midnight in ("2025-01-02T00:00:00", "2025-01-02T00:00:00.000Z", "2025-01-02 00:00:00+00:00"):
        assert read(party(start_date=midnight)) == plain
    assert read(party(start_date="2025-01-02T05:00:00")) != plain


def test_records_without_a_name_are_counted() -> None:
    units, notes = list_units(json.dumps({"results": [party(), {"x": 1}, 7]}).encode(), "list")
    assert len(units) == 1
    assert notes == ("2 records without a name",)


@pytest.mark.parametrize("data", [b"[]", b'{"results": []}', b'{"error": "x"}', b'{"results": [{"x": 1}]}'])
def test_a_list_without_parties_is_a_failure_never_a_mass_removal(data: bytes) -> None:
    with pytest.raises(ParseError, match=r"part(y|ies)"):
        list_units(data, "list")


def test_ids_that_the_service_gives_again_are_no_other_state_of_the_list() -> None:
    rows = [party(name=f"Party {number}", _id=f"a{number}") for number in range(6)]
    renumbered = [{**row, "_id": f"{6 - number}f"} for number, row in enumerate(rows)]
    first, second = (
        Document("list", DocumentKind.LIST, "List", "", read(*given)) for given in (rows, renumbered)
    )
    assert content_hash(first) == content_hash(second)
    without = replace(second, units=second.units[1:])
    assert content_hash(first) != content_hash(without)


def test_recorded_lists_are_read_whole() -> None:
    for name, count in (
        ("lists/entity-list-2026-07-09.json.xz", 3409),
        ("lists/denied-persons-2026-07-09.json.xz", 562),  # of 564 rows: two are there twice
    ):
        units, notes = list_units(recorded(name), name)
        assert (len(units), notes) == (count, ())
        assert len({unit.path for unit in units}) == count


def test_a_list_of_26_000_parties_is_read_whole() -> None:
    digest = json.loads(recorded("lists/consolidated-screening-list-digest-2026-07-31.json.xz"))
    sources = digest["tables"]["sources"]
    parties = [
        party(_id=str(number), source=sources[entry["s"]], name=entry["n"], alt_names=entry.get("a", []),
              entity_number=entry.get("e"), addresses=[{"country": code} for code in entry.get("c", [])])
        for number, entry in enumerate(digest["entries"])
    ]  # fmt: skip
    units = read(*parties)
    output = {
        (entry["s"], entry["n"], entry.get("e"), *sorted(entry.get("a", [])), *sorted(entry.get("c", [])))
        for entry in digest["entries"]
    }
    assert digest["entryCount"] == len(digest["entries"]) == 25921
    assert len(units) == len(output) == 25798, "rows of which the digest says the same are one"
    assert len({unit.path for unit in units}) == len(units)


def test_the_order_of_parties_and_of_their_lists_has_no_meaning() -> None:
    first = party(name="A Co.", id="1", alt_names=["Y", "X"], programs=["P2", "P1"], addresses=[{"country": "JP", "city": "Tokyo"}, {"country": "CN", "city": "Beijing"}])  # fmt: skip
    second = party(name="B Co.", id="2")
    turned = {key: value[::-1] if isinstance(value, list) else value for key, value in first.items()}
    assert read(first, second) == read(second, turned)
