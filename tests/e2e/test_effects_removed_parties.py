"""A party that a notice takes off a sanctions list is no longer listed by the notice that listed it."""

from __future__ import annotations

from datetime import date

import pytest

from tests.e2e.test_effects_stories import publish, record, register
from tests.e2e.world import World

LISTING, REMOVAL = "2026-60801", "2026-60850"
FIRST, SECOND = date(2026, 6, 15), date(2026, 7, 8)
VALVE = "SAMPLE VALVE TRADING CO., LTD., Osaka, Japan [EXAMPLE-EO]."
REMOVES = "On July 2, 2026, OFAC removed from the SDN List the persons listed below:"
PUMP = "NORTHERN PUMP WORKS, Kobe, Japan [EXAMPLE-EO]."


def listing(world: World, day: date, *entries: str, number: str = LISTING, page: int = 36801) -> None:
    publish(
        world, number, day, "Notice of OFAC Sanctions Action",
        ["On June 12, 2026, OFAC determined that the property of the following persons is blocked:", *entries],
        kind="NOTICE", action="Notice.", start_page=page, end_page=page + 1,
        abstract="OFAC is publishing names that have been placed on the SDN List.",
    )  # fmt: skip


def removal(world: World, day: date, *entries: str) -> None:
    publish(
        world, REMOVAL, day, "Notice of OFAC Sanctions Removal",
        [REMOVES, *entries],
        kind="NOTICE", action="Notice.", start_page=36850, end_page=36851,
        abstract="OFAC is removing persons from the SDN List.",
    )  # fmt: skip


def ended(world: World, number: str) -> list[tuple[str, list[str], str]]:
    return [
        (one["from"], one["units"], one["by"])
        for one in record(world, number)["status"]
        if one["state"] == "rescinded"
    ]


def test_the_only_party_of_a_notice_is_removed(world: World) -> None:
    world.use("fr-all").poll()
    listing(world, FIRST, VALVE)
    removal(world, SECOND, VALVE)
    assert ended(world, LISTING) == [("2026-07-02", [], REMOVAL)]
    (one,) = [each for each in register(world) if each.effect.affected.party]
    assert one.effect.affected.party == "SAMPLE VALVE TRADING CO., LTD."
    assert one.effect.affected.document_number == LISTING
    assert one.effect.affected.quote == VALVE.removesuffix(".")
    assert one.effect.affecting.quote == f"{REMOVES} […] {VALVE.removesuffix('.')}"


def test_one_of_two_parties_is_removed(world: World) -> None:
    world.use("fr-all").poll()
    listing(world, FIRST, VALVE, PUMP)
    removal(world, SECOND, PUMP)
    assert ended(world, LISTING) == [("2026-07-02", ["NORTHERN PUMP WORKS [EXAMPLE-EO]"], REMOVAL)]


@pytest.mark.parametrize(
    "entry",
    [
        "SAMPLE VALVE TRADING, Osaka, Japan [EXAMPLE-EO].",
        "SAMPLE VALVES TRADING CO., LTD., Osaka, Japan [EXAMPLE-EO].",
        "SAMPLE VALVE TRADING CO., LTD., Osaka, Japan [OTHER-EO].",
    ],
)
def test_another_name_or_another_program_ends_nothing(world: World, entry: str) -> None:
    world.use("fr-all").poll()
    listing(world, FIRST, VALVE)
    removal(world, SECOND, entry)
    assert ended(world, LISTING) == []
    assert [
        each.effect.affected.document_number for each in register(world) if each.effect.affected.party
    ] == [None]


def test_a_notice_that_is_stored_after_the_removal(world: World) -> None:
    world.use("fr-all").poll()
    listing(world, FIRST, VALVE)
    removal(world, SECOND, VALVE)
    listing(world, date(2026, 7, 20), VALVE, number="2026-60900", page=36900)
    assert ended(world, LISTING) == [("2026-07-02", [], REMOVAL)]
    assert ended(world, "2026-60900") == []
