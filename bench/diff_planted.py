"""Part 744 as recorded, with edits planted in its tree and, side by side, in its lines."""

from __future__ import annotations

from lxml import etree

from bench.diff_texts import LIST, SCOPE, Case, Edit, Line, make_case
from tracker.parsing import read_file


def part_744(data: bytes) -> Case:
    """A recorded state of the part with edits planted: a paragraph inserted, so that those after it
    are redesignated; a number changed and a "not" put in; in the Entity List two parties added, one
    removed and one number of an address changed."""
    planted = _Planted(data)
    planted.insert_paragraph()
    planted.change_number("P")
    planted.put_in_not()
    planted.change_number("TR")
    planted.remove_row()
    for party in ("Aardvark Planted Works Co., Ltd.", "Quince Planted Institute"):
        planted.add_row(party)
    old, new = planted.old, planted.lines()
    return make_case("part 744, planted edits", ".xml", planted.write, old, new, planted.edits)


class _Planted:
    """The part as a tree and as lines, edited together."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        self.root = etree.fromstring(data, parser)
        self.units = read_file("part.xml", data).units
        self.old = [Line(_folded(unit.text), unit.path, unit.depth) for unit in self.units]
        self.new: list[Line | None] = [Line(line.text, line.path, line.depth) for line in self.old]
        self.after: dict[int, list[Line]] = {}
        self.edits: set[Edit] = set()
        self.elements: dict[str, etree._Element] = {}
        for element in self.root.iter("P", "TR"):
            cells = list(element.iter("TD")) if element.tag == "TR" else [element]
            self.elements[" ".join(_folded("".join(map(str, cell.itertext()))) for cell in cells).strip()] = (
                element
            )

    def write(self, lines: list[Line]) -> bytes:
        return self.data if lines is self.old else bytes(etree.tostring(self.root, encoding="utf-8"))

    def _plain(self, tag: str) -> list[int]:
        """Units whose element holds nothing but words, the head of each table and section left alone."""
        found = []
        for k, line in enumerate(self.old):
            element = self.elements.get(line.text)
            if element is None or element.tag != tag or line.changed:
                continue
            if all(child.tag == "TD" and len(child) == 0 for child in element):
                found.append(k)
        return found

    def insert_paragraph(self) -> None:
        for section in dict.fromkeys(line.path.partition("(")[0] for line in self.old):
            inside = [k for k, line in enumerate(self.old) if line.path.startswith(f"{section}(")]
            tops = [k for k in inside if self.old[k].path == section + self.units[k].marker]
            own = all(
                self.old[k].path.endswith(self.units[k].marker) and self.units[k].marker.count("(") == 1
                for k in inside
            )
            if own and len(tops) >= 4 and all(self.old[k].text in self.elements for k in tops):
                self._insert_at(section, inside, tops)
                return
        raise ValueError("no section of this part takes an insertion")

    def _insert_at(self, section: str, inside: list[int], tops: list[int]) -> None:
        first = tops[1]
        fresh = Line(
            f"{self.units[first].marker} Shipments named in this paragraph need a license from 2027 on.",
            self.old[first].path,
        ).all_changed()
        element = etree.Element("P")
        element.text = fresh.text
        self.elements[self.old[first].text].addprevious(element)
        self.after.setdefault(first - 1, []).append(fresh)
        self.edits.add(("added", None, fresh.path))
        for k in (k for k in inside if k >= first):
            line = self.old[k]
            letter = line.path[len(section) + 1]
            path = f"{section}({chr(ord(letter) + 1)}){line.path[len(section) + 3 :]}"
            self.edits.add(("renumbered", line.path, path))
            later = Line(line.text, path, line.depth)
            if k in tops:
                later = Line(f"({chr(ord(letter) + 1)}){line.text[3:]}", path, line.depth, {0})
                line.changed.add(0)
                target = self.elements[line.text]
                target.text = (target.text or "").replace(f"({letter})", f"({chr(ord(letter) + 1)})", 1)
            self.new[k] = later

    def _put(self, k: int, at: int, tokens: list[str], find: str, put: str) -> None:
        """One run of words replaced in the tree and in the lines."""
        element = self.elements[self.old[k].text]
        holder = next(part for part in (element, *element) if find in (part.text or ""))
        holder.text = (holder.text or "").replace(find, put, 1)
        self.new[k] = Line(" ".join(tokens), self.old[k].path, self.old[k].depth, {at})
        self.edits.add(("changed", None, self.old[k].path))

    def change_number(self, tag: str) -> None:
        for k in self._plain(tag)[20:]:
            tokens = self.old[k].text.split()
            at = next((at for at in range(1, len(tokens) - 1) if tokens[at].isdigit()), 0)
            if at and self.old[k].text.count(f" {tokens[at]} ") == 1 and at < len(tokens) // 2:
                find, put = f" {tokens[at]} ", f" {int(tokens[at]) + 1} "
                tokens[at] = put.strip()
                self.old[k].changed.add(at)
                self._put(k, at, tokens, find, put)
                return
        raise ValueError(f"no number in a {tag}")

    def put_in_not(self) -> None:
        for k in self._plain("P"):
            tokens = self.old[k].text.split()
            if self.old[k].text.count(" may be ") == 1 and "may be" in (
                self.elements[self.old[k].text].text or ""
            ):
                at = next(at for at in range(len(tokens)) if tokens[at : at + 2] == ["may", "be"]) + 1
                tokens.insert(at, "not")
                self._put(k, at, tokens, " may be ", " may not be ")
                return
        raise ValueError("no paragraph says may be")

    def _rows(self) -> list[int]:
        return [k for k in self._plain("TR") if self.old[k].path.startswith(f"{LIST} › RUSSIA › ")]

    def remove_row(self) -> None:
        k = self._rows()[7]
        element = self.elements[self.old[k].text]
        above = element.getparent()
        assert above is not None
        above.remove(element)
        self.old[k] = self.old[k].all_changed()
        self.new[k] = None
        self.edits.add(("removed", None, self.old[k].path))

    def add_row(self, party: str) -> None:
        k = self._rows()[11]
        element = self.elements[self.old[k].text]
        cells = ["", f"{party}, 5 Planted Road, Moscow, Russia.", *SCOPE, "90 FR 47201, 9/30/25."]
        row = etree.Element("TR")
        for cell in cells:
            etree.SubElement(row, "TD").text = cell
        element.addnext(row)
        text = _folded(" ".join(cells))
        self.after.setdefault(k, []).insert(0, Line(text, f"{LIST} › RUSSIA › {party}").all_changed())
        self.edits.add(("added", None, f"{LIST} › RUSSIA › {party}"))

    def lines(self) -> list[Line]:
        """The lines after the edits, in their order."""
        found: list[Line] = []
        for k, line in enumerate(self.new):
            found.extend([line] if line is not None else [])
            found.extend(self.after.get(k, ()))
        return found


def _folded(text: str) -> str:
    return " ".join(text.split())
