"""Every recorded XML file: no word of it is lost, and no two units share a path."""

from __future__ import annotations

import pytest

from tests.recorded import ROOT, recorded
from tracker.model import UnitKind
from tracker.parsing import read_file
from tracker.parsing.gpo_xml import raw_text, tree
from tracker.parsing.tables import EMPTY

FILES = sorted(
    str(path.relative_to(ROOT))
    for pattern in ("ecfr/*/*.xml.xz", "amendments/title-12/*/*.xml.xz", "federal-register/issues/*.xml.xz")
    for path in ROOT.glob(pattern)
)


def squeezed(text: str) -> str:
    return "".join(text.replace(EMPTY, "").split())


@pytest.mark.parametrize("name", FILES or ["ecfr/15-cfr-744/2026-03-25.xml.xz"])
def test_the_units_together_are_the_text_of_the_source(name: str) -> None:
    data = recorded(name)
    units = read_file(name, data).units
    # The name of an image's file is in an attribute, not in the text.
    printed = [unit.text for unit in units if "file" not in dict(unit.meta)]
    assert squeezed("".join(printed)) == squeezed(raw_text(tree(data, name)))
    assert len({unit.path for unit in units}) == len(units)
    assert all(unit.text and unit.path for unit in units)


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("ecfr/15-cfr-744/2026-03-25.xml.xz", "ecfr/15-cfr-744/2026-07-18.xml.xz", 174),
        ("ecfr/10-cfr-110/2026-03-25.xml.xz", "ecfr/10-cfr-110/2026-05-29.xml.xz", 0),
        ("ecfr/10-cfr-810/2026-03-25.xml.xz", "ecfr/10-cfr-810/2026-05-29.xml.xz", 0),
    ],
)
def test_two_releases_of_the_same_law_have_the_same_paths(before: str, after: str, changed: int) -> None:
    old = {unit.path: unit.text for unit in read_file(before, recorded(before)).units}
    new = {unit.path: unit.text for unit in read_file(after, recorded(after)).units}
    assert old.keys() == new.keys()
    assert sum(1 for path, text in old.items() if new[path] != text) == changed


def test_a_reissued_issue_with_other_dashes_keeps_its_paths() -> None:
    names = (
        "federal-register/issues/FR-2024-02-12.xml.xz",
        "federal-register/issues/FR-2024-02-12-reissued.xml.xz",
    )
    old, new = (read_file(name, recorded(name)).units for name in names)
    assert [unit.path for unit in old] == [unit.path for unit in new]
    assert [unit.key for unit in old] == [unit.key for unit in new]


def test_the_entity_list_is_read_party_by_party() -> None:
    units = read_file("744.xml", recorded("ecfr/15-cfr-744/2026-07-18.xml.xz")).units
    rows = [
        unit
        for unit in units
        if unit.path.startswith("Supp. No. 4 to Part 744 › ") and unit.kind is UnitKind.ROW
    ]
    listed = read_file("list.json", recorded("lists/entity-list-2026-07-09.json.xz")).units
    assert len(rows) == 3415
    ours = {dict(unit.meta)["party"] for unit in rows}
    theirs = {dict(unit.meta)["party"] for unit in listed}
    assert len(theirs & ours) / len(theirs) > 0.98


def test_the_stay_of_the_affiliates_rule_is_found_as_data() -> None:
    units = read_file("744.xml", recorded("ecfr/15-cfr-744/2026-07-18.xml.xz")).units
    notes = {unit.path: unit.text for unit in units if unit.kind is UnitKind.EFFECTIVE_NOTE}
    assert "15 CFR 744.21 › Effective Date Note" in notes
    assert all("90 FR 50857" in text for text in notes.values())
