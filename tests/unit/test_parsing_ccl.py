"""The Commerce Control List, in every markup that the eCFR has been seen to use for it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

import pytest

from tests.recorded import recorded
from tracker.model import Unit, UnitKind
from tracker.parsing.ecfr_xml import ecfr_units
from tracker.parsing.gpo_xml import tree, words

BASE = "Supp. No. 1 to Part 774"


def supplement(*lines: str) -> str:
    return (
        '<DIV9 N="Supplement No. 1 to Part 774" TYPE="APPENDIX"><HEAD>Supplement No. 1 to Part 774—The Commerce '
        f"Control List</HEAD>{''.join(lines)}<CITA TYPE='N'>[78 FR 22718, Apr. 16, 2013]</CITA></DIV9>"
    )


def units(*lines: str) -> tuple[Unit, ...]:
    return ecfr_units(tree(supplement(*lines).encode(), "ccl"))[0]


def by_path(found: Iterable[Unit]) -> dict[str, Unit]:
    return {unit.path.removeprefix(f"{BASE} › "): unit for unit in found}


CATEGORY = "<HD1>Category 3—Electronics</HD1>"
GROUP = "<HD1>B. “Test”, “Inspection” and “Production Equipment”</HD1>"
VALVES = (
    "<FP-2><B>3B001 Equipment for making devices, as follows (see List of Items Controlled).</B></FP-2>"
    '<FP-1><E T="04">License Requirements</E></FP-1><FP-1><I>Reason for Control:</I> NS, AT</FP-1>'
    "<DIV width='100%'><DIV class='gpotbl_div'><TABLE><THEAD><TR><TH>Control(s)</TH><TH>Country chart</TH></TR></THEAD>"
    "<TR><TD>NS applies to 3B001.a</TD><TD>NS Column 2.</TD></TR>"
    "<TR><TD>AT applies to entire entry</TD><TD>AT Column 1.</TD></TR></TABLE></DIV></DIV>"
    '<FP-1><E T="04">List Based License Exceptions (See Part 740 for a description)</E></FP-1>'
    "<FP-1><I>LVS:</I> $500</FP-1><FP-1><I>GBS:</I> N/A</FP-1>"
    '<FP-1><E T="04">List of Items Controlled</E></FP-1>'
    "<FP-1><I>Related Controls:</I> See also 3B991. ECCN 3B001 is no heading here.</FP-1><FP><I>Items:</I></FP>"
    "<P>a. Reactors as follows:</P><P>a.4. Silicon reactors having all of the following:</P><P>a.4.a. A chamber;</P>"
    "<P>a.4.b. Another chamber.</P><NOTE><HED>Note 1 to 3B001.a:</HED><P>This includes layers.</P>"
    "<P>a. Not an item.</P></NOTE><P>b. [Reserved]</P>"
)


class TestAnEntry:
    def test_is_named_by_its_eccn_and_its_items_by_their_designators(self) -> None:
        found = by_path(units(CATEGORY, GROUP, VALVES))
        assert found["3B001"].kind is UnitKind.ECCN
        assert found["3B001"].key == "3B001"
        assert found["3B001 › a.4.b"].kind is UnitKind.ITEM
        assert found["3B001 › a.4.b"].marker == "a.4.b."
        assert found["3B001 › a.4.b"].text == "a.4.b. Another chamber."
        assert found["3B001 › b"].text == "b. [Reserved]"

    def test_has_its_licence_requirements_and_exceptions_by_name(self) -> None:
        found = by_path(units(CATEGORY, GROUP, VALVES))
        assert found["3B001 › License Requirements › Reason for Control"].text == "Reason for Control: NS, AT"
        row = found["3B001 › License Requirements › NS applies to 3B001.a"]
        assert row.kind is UnitKind.ROW
        assert row.text.split("\u2003") == ["NS applies to 3B001.a", "NS Column 2."]
        assert found["3B001 › List Based License Exceptions › LVS"].text == "LVS: $500"
        assert "3B001 › List of Items Controlled › Related Controls" in found

    def test_keeps_notes_that_look_like_items_apart(self) -> None:
        found = by_path(units(CATEGORY, GROUP, VALVES))
        assert found["3B001 › Note 1 to 3B001.a"].kind is UnitKind.NOTE
        assert sum(1 for unit in found.values() if unit.kind is UnitKind.ITEM) == 5

    def test_is_below_its_category_and_group_although_its_path_has_neither(self) -> None:
        found = by_path(units(CATEGORY, GROUP, VALVES))
        depths = [
            found[path].depth
            for path in ("Category 3", "Category 3 › B", "3B001", "3B001 › a", "3B001 › a.4.b")
        ]
        assert depths == [1, 2, 3, 4, 6]

    def test_paging_continues_with_the_next_category(self) -> None:
        found = by_path(
            units(CATEGORY, GROUP, VALVES, "<HD1>C. Materials</HD1>", "<FP-2><B>3C001 Materials.</B></FP-2>",
                  "<HD1>Category 4—Computers</HD1>", "<HD1>A. “End Items”</HD1>", "<FP-2><B>4A001 Computers.</B></FP-2>")
        )  # fmt: skip
        assert "Category 3 › C" in found
        assert "Category 4 › A" in found
        assert [path for path, unit in found.items() if unit.kind is UnitKind.ECCN] == [
            "3B001",
            "3C001",
            "4A001",
        ]


class TestVariantsOfMarkup:
    def test_a_heading_in_fp_1(self) -> None:
        assert "8D001" in by_path(units(CATEGORY, "<FP-1><B>8D001 “Software” as follows.</B></FP-1>"))

    def test_headings_inside_an_entry_in_hd1(self) -> None:
        found = by_path(
            units(CATEGORY, "<HD1>A. “End Items”</HD1>", "<FP-2><B>3A090 Integrated circuits.</B></FP-2>",
                  "<HD1>License Requirements</HD1><FP-1>Reason for Control: RS</FP-1><HD1>List of Items Controlled</HD1>"
                  "<P>a. Circuits having a ‘TPP’ of 4,800;</P><P>b. Others.</P>",
                  "<FP-2><B>3A091 [Reserved]</B></FP-2>")
        )  # fmt: skip
        assert found["3A090 › a"].text == "a. Circuits having a ‘TPP’ of 4,800;"
        assert "3A090 › License Requirements › Reason for Control" in found
        assert found["3A091"].kind is UnitKind.ECCN

    def test_headings_inside_an_entry_in_italics(self) -> None:
        found = by_path(
            units("<FP-2><B>1C010 Fibres.</B></FP-2><FP-1><I>License Requirements</I></FP-1>"
                  "<FP-1><I>List of Items Controlled</I></FP-1><FP><I>Items</I></FP><P>a. Organic fibres;</P>")
        )  # fmt: skip
        assert "1C010 › License Requirements" in found
        assert "1C010 › a" in found

    def test_subheadings_among_the_items_do_not_enter_their_paths(self) -> None:
        found = by_path(
            units("<FP-2><B>6E003 Other “technology”.</B></FP-2><FP-1><B>List of Items Controlled</B></FP-1>"
                  "<HD2>Acoustics</HD2><P>a. None.</P><HD2>Optics</HD2><P>b. Coatings.</P>")
        )  # fmt: skip
        assert {"6E003 › Acoustics", "6E003 › a", "6E003 › Optics", "6E003 › b"} <= found.keys()

    @pytest.mark.parametrize("marker", ["Items:", "Items"])
    def test_the_first_item_in_the_line_of_the_marker(self, marker: str) -> None:
        found = by_path(
            units("<FP-2><B>9D604 “Software”.</B></FP-2><FP-1><I>List of Items Controlled</I></FP-1>"
                  f"<FP><I>{marker}</I> a. For production.</FP><P>b. [Reserved]</P>")
        )  # fmt: skip
        assert found["9D604 › a"].text == f"{marker} a. For production."
        assert found["9D604 › a"].marker == "a."
        assert "9D604 › b" in found

    def test_a_marker_that_points_to_the_heading_is_no_item(self) -> None:
        found = by_path(
            units("<FP-1><B>8D001 “Software” for 8A</B>.</FP-1><FP-1><I>List of Items Controlled</I></FP-1>"
                  "<FP><I>Items:</I> The list of items controlled is contained in the ECCN heading.</FP>")
        )  # fmt: skip
        assert "8D001 › List of Items Controlled › Items" in found

    def test_exceptions_under_their_old_name(self) -> None:
        found = by_path(
            units(
                "<FP-2><B>1A001 Parts.</B></FP-2><FP-1><B>License Exceptions</B></FP-1><FP-1>LVS: N/A</FP-1>"
            )
        )
        assert "1A001 › List Based License Exceptions › LVS" in found

    def test_an_entry_that_is_a_heading_alone(self) -> None:
        found = by_path(
            units("<FP-2><B>9A007 Engines, “subject to the ITAR.”</B></FP-2><FP-2><B>9A008 Parts.</B></FP-2>")
        )
        assert found["9A007"].kind is found["9A008"].kind is UnitKind.ECCN

    def test_items_without_a_marker_of_items(self) -> None:
        found = by_path(
            units("<FP-2><B>5A001 Systems.</B></FP-2><P>a. Hardened systems;</P><P>b.1.a. Deep ones.</P>")
        )
        assert "5A001 › a" in found
        assert "5A001 › b.1.a" in found

    @pytest.mark.parametrize(
        "line", ["<FP><I>Items:</I></FP>", "<FP-1><I>Items</I></FP-1>", "<P>Items:</P>", ""]
    )
    def test_items_without_the_heading_of_the_list(self, line: str) -> None:
        entry = (
            "<FP-2><B>3A001 Electronic items.</B></FP-2><FP-1><E T='04'>License Requirements</E></FP-1>"
            f"<FP-1><I>Reason for Control:</I> NS</FP-1>{line}<P>a. Circuits:</P><P>a.1. Hardened;</P><P>b. [Reserved]</P>"
        )
        found = by_path(units(CATEGORY, entry))
        assert [path for path, unit in found.items() if unit.kind is UnitKind.ITEM] == [
            "3A001 › a",
            "3A001 › a.1",
            "3A001 › b",
        ]
        # Before the heading of an entry that has one, a numbered line is none of its items.
        numbered = VALVES.replace("<FP-1><I>Reason", "<P>a. Not an item.</P><FP-1><I>Reason")
        texts = [unit.text for unit in units(CATEGORY, GROUP, numbered) if unit.kind is UnitKind.ITEM]
        assert "a. Not an item." not in texts

    def test_abbreviations_are_no_items(self) -> None:
        found = by_path(
            units("<FP-2><B>5A001 Systems.</B></FP-2><P>i.e. a thing</P><P>e.g. another</P><P>a thing</P>")
        )
        assert all(unit.kind is not UnitKind.ITEM for unit in found.values())

    def test_a_note_of_the_effective_date_belongs_to_its_entry(self) -> None:
        found = by_path(
            units("<FP-2><B>5A001 Systems.</B></FP-2><P>a. One.</P><EFFDNOT><HED>Effective Date Note:</HED>"
                  "<PSPACE>At 90 FR 1, 5A001 was stayed until Nov. 9, 2026.</PSPACE></EFFDNOT>")
        )  # fmt: skip
        assert found["5A001 › Effective Date Note"].kind is UnitKind.EFFECTIVE_NOTE


def synthetic(entries: list[dict[str, Any]]) -> str:
    """A DIV9 of recorded entries, its markup changing from entry to entry through all the variants."""
    lines: list[str] = []
    category = group = ""
    for number, entry in enumerate(entries):
        if entry["category"] != category:
            category, group = entry["category"], ""
            lines.append(
                f"<HD1>Category {category}—Of the List</HD1><NOTE><HED>Note 1:</HED><P>General.</P></NOTE>"
            )
        if entry["productGroup"] != group:
            group = entry["productGroup"]
            lines.append(f"<HD1>{group}. “Some Group”</HD1>")
        lines.append(_entry(entry, number))
    return supplement(*lines)


def _entry(entry: dict[str, Any], number: int) -> str:
    tag = "FP-1" if number % 7 == 3 else "FP-2"
    lines = [f"<{tag}><B>{entry['eccn']} {escape(entry['heading'])}</B></{tag}>"]
    if entry.get("reasonForControl"):
        lines.append(_inner("License Requirements", number))
        lines.append(f"<FP-1><I>Reason for Control:</I> {escape(entry['reasonForControl'])}</FP-1>")
        rows = "".join(
            f"<TR><TD>{escape(row['control'])}</TD><TD>{escape(row['countryChart'])}</TD></TR>"
            for row in entry["countryChart"]
        )
        lines.append(
            f"<DIV><DIV><TABLE><THEAD><TR><TH>Control(s)</TH><TH>Country chart</TH></TR></THEAD>{rows}</TABLE></DIV></DIV>"
        )
        lines.append(_inner("List Based License Exceptions (See Part 740 for a description)", number + 1))
        lines.extend(
            f"<FP-1><I>{name}:</I> {escape(str(text))}</FP-1>"
            for name, text in entry["licenceExceptionFlags"].items()
        )
    if entry.get("relatedControls") or entry.get("items"):
        lines.append(_inner("List of Items Controlled", number + 2))
        lines.append(f"<FP-1><I>Related Controls:</I> {escape(entry.get('relatedControls') or 'N/A')}</FP-1>")
        lines.append(("<FP><I>Items:</I></FP>", "<FP><I>Items</I></FP>", "")[number % 3])
    for item in entry.get("items") or []:
        if item["paragraph"]:
            lines.append(f"<P>{item['paragraph']}. {escape(item['text'])}</P>")
        else:
            lines.append(f"<NOTE><HED>Note:</HED><P>{escape(item['text'])}</P></NOTE>")
    return "".join(lines)


def _inner(name: str, number: int) -> str:
    forms = (
        '<FP-1><E T="04">{}</E></FP-1>',
        "<FP-1><I>{}</I></FP-1>",
        "<HD1>{}</HD1>",
        "<FP-1><B>{}</B></FP-1>",
    )
    return forms[number % 4].format(name)


class TestTheWholeList:
    def test_has_every_entry_and_every_item_and_no_other(self) -> None:
        entries = json.loads(recorded("ecfr/ccl-2026-07-23.json.xz"))["entries"]
        root = tree(synthetic(entries).encode(), "ccl")
        found = ecfr_units(root)[0]
        headings = [unit.key for unit in found if unit.kind is UnitKind.ECCN]
        assert headings == [entry["eccn"] for entry in entries]
        assert 633 <= len(headings) <= 638
        items = {unit.path.split("[")[0].strip() for unit in found if unit.kind is UnitKind.ITEM}
        wanted = {
            f"{BASE} › {entry['eccn']} › {item['paragraph']}"
            for entry in entries
            for item in entry.get("items") or []
            if (item["paragraph"] or "")[:1].isalpha()  # "2." numbers a note, it is no item
        }
        assert items == wanted
        assert "".join("".join(unit.text for unit in found).split()) == "".join(words(root).split())
        assert len({unit.path for unit in found}) == len(found)
