"""Hostile and defective rules: `tracker amend` computes the right text or says that it computes none, and never
fails with a traceback. The rules are those of `tests/data/amendments/`, bent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tracker.cli.app import run
from tracker.diffing import compare
from tracker.model import Document, Operation
from tracker.parsing import read_file

DATA = Path(__file__).parents[1] / "data" / "amendments"


def folder(number: int) -> Path:
    (found,) = DATA.glob(f"{number:02}-*")
    return found


def text(number: int, name: str) -> str:
    return (folder(number) / name).read_text()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the command did: its exit code, its JSON (empty after wrong use) and what differs in its output."""

    code: int
    report: dict[str, Any]
    differs: tuple[Operation, ...]
    written: str

    @property
    def computed(self) -> set[str]:
        """Return the paths that it says are computed."""
        return {unit["path"] for unit in self.report.get("units", ()) if unit["state"] == "computed"}

    def state(self, number: str) -> str:
        (found,) = [each for each in self.report["instructions"] if each["number"] == number]
        return str(found["state"])


# Faults that these tests found and that are open.
OPEN: dict[str, str] = {
    "test_a_table_within_a_cell_of_the_base": "the file that is written is not well-formed",
    "test_a_rule_for_another_title": "a rule for 22 CFR 744 amends 15 CFR 744",
}


@pytest.fixture
def amend(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Outcome]:
    if reason := OPEN.get(request.node.name):
        request.applymarker(pytest.mark.xfail(reason=reason))
    rounds = count()

    def amended(rule: str | bytes, base: str | bytes, *, name: str = "rule.xml") -> Outcome:
        place = tmp_path / str(next(rounds))
        place.mkdir()
        paths = [place / name, place / "base.xml", place / "out.xml"]
        for path, content in zip(paths, (rule, base), strict=False):
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        arguments = ["--rule", str(paths[0]), "--base", str(paths[1]), "-o", str(paths[2]), "--json"]
        monkeypatch.setattr("sys.argv", ["tracker", "amend", *arguments])
        capsys.readouterr()
        code = run()
        printed = capsys.readouterr()
        return checked(code, printed.out, printed.err, paths[1], paths[2])

    return amended


def checked(code: int, out: str, err: str, base: Path, output: Path) -> Outcome:
    """Return the outcome, after what holds for every run: an exit code of the contract; a file that cannot be
    read is one line; the report agrees with the file that was written.
    """
    assert code in (0, 1, 2)
    assert "Traceback" not in err
    if not out.strip():
        assert code
        assert len(err.strip().splitlines()) == 1
        assert not output.exists()
        return Outcome(code, {}, (), "")
    report = json.loads(out)
    states = {each["state"] for each in (*report["instructions"], *report["units"])}
    assert states <= {"computed", "not-computed", "no-text-change"}
    assert code == 1 if "not-computed" in states or not report["instructions"] else code == 0
    for each in (*report["instructions"], *report["units"]):
        assert each["state"] != "not-computed" or each["reason"]
    if not output.exists():
        outcome = Outcome(code, report, (), "")
        assert not outcome.computed
        return outcome
    written = output.read_text()
    outcome = Outcome(code, report, tuple(compare(read(base), read(output))), written)
    if not outcome.computed:
        assert output.read_bytes() == base.read_bytes()
    return outcome


def read(path: Path) -> Document:
    return read_file(path.name, path.read_bytes())


def squeezed(words: str | None) -> str:
    return "".join((words or "").split())


def assert_only_of(outcome: Outcome, number: int) -> None:
    """Assert that whatever was computed is part of the rule's truth: of its text in the end, or on an earlier day.
    Units that several instructions change may lack the words of one that was not computed.
    """
    truth = json.loads(text(number, "truth.json"))
    before = read(folder(number) / "before.xml")
    right = {
        (each.op, each.path, squeezed(each.after))
        for name in truth["after"]
        for each in compare(before, read(folder(number) / name))
    }
    named = [
        path
        for instruction in truth["instructions"]
        for unit in instruction["units"]
        for path in {unit["path"], unit.get("from_path", unit["path"])}
    ]
    for each in outcome.differs:
        shared = [path for path in named if each.path.startswith(path)]
        assert len(shared) > 1 or (each.op, each.path, squeezed(each.after)) in right, each


def assert_nothing(outcome: Outcome) -> None:
    assert not outcome.differs
    assert not outcome.computed


# --- cut off


@pytest.mark.parametrize("number", [2, 4, 9, 10, 14, 21, 29])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.8, 0.9, 0.97])
def test_a_rule_cut_off_within_its_markup(amend: Callable[..., Outcome], number: int, share: float) -> None:
    rule = text(number, "rule.xml")
    assert_only_of(amend(rule[: int(len(rule) * share)], text(number, "before.xml")), number)


@pytest.mark.parametrize("number", [3, 4, 9, 10, 14, 21, 25, 29])
@pytest.mark.parametrize("place", [0.1, 0.25, 0.4, 0.55, 0.7, 0.85])
def test_an_inspection_text_cut_off_in_the_middle(
    amend: Callable[..., Outcome], number: int, place: float
) -> None:
    """A text without an end may lack the end of its last instruction: `removing paragraph (b)` of `(b)(3)`."""
    inspection = text(number, "inspection.txt")
    (lead,) = re.finditer(r"amended\s+as\s+follows:", inspection)
    start = lead.end()
    cut = inspection[: start + int((len(inspection) - start) * place)]
    assert_only_of(amend(cut, text(number, "before.xml"), name="rule.txt"), number)


def test_a_designator_cut_off_at_its_first_level(amend: Callable[..., Outcome]) -> None:
    inspection = text(14, "inspection.txt")
    cut = inspection[: inspection.index("paragraph (b)(3)") + len("paragraph (b)")]
    assert_nothing(amend(cut, text(14, "before.xml"), name="rule.txt"))


@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_a_base_cut_off_within_its_markup(amend: Callable[..., Outcome], share: float) -> None:
    base = text(29, "before.xml")
    outcome = amend(text(29, "rule.xml"), base[: int(len(base) * share)])
    assert outcome.code
    assert_nothing(outcome)


def test_set_out_text_that_is_lost(amend: Callable[..., Outcome]) -> None:
    rule = re.sub(r"<SECTION>.*?</SECTION>", "", text(10, "rule.xml"), flags=re.DOTALL)
    outcome = amend(rule, text(10, "before.xml"))
    assert outcome.code == 1
    assert outcome.state("2.c") == outcome.state("2.d") == "not-computed"
    assert not any("Transit" in (each.after or "") for each in outcome.differs)


# --- out of order


@pytest.mark.parametrize("number", [2, 4, 9, 10, 14, 16, 21, 22, 27, 29])
def test_instructions_in_reverse_within_each_part(amend: Callable[..., Outcome], number: int) -> None:
    """`a. Revising paragraph (b)` before its "Section 744.11 is amended by:" has no section."""

    def backwards(match: re.Match[str]) -> str:
        pieces = re.split(r"(<AMDPAR>.*?</AMDPAR>)", match[0], flags=re.DOTALL)
        pieces[1::2] = pieces[1::2][::-1]
        return "".join(pieces)

    rule = re.sub(r"<REGTEXT.*?</REGTEXT>", backwards, text(number, "rule.xml"), flags=re.DOTALL)
    assert_only_of(amend(rule, text(number, "before.xml")), number)


@pytest.mark.parametrize("number", [11, 20, 29])
def test_parts_in_reverse(amend: Callable[..., Outcome], number: int) -> None:
    pieces = re.split(r"(<REGTEXT.*?</REGTEXT>)", text(number, "rule.xml"), flags=re.DOTALL)
    pieces[1::2] = pieces[1::2][::-1]
    assert_only_of(amend("".join(pieces), text(number, "before.xml")), number)


def test_a_lead_that_is_lost(amend: Callable[..., Outcome]) -> None:
    rule = text(14, "rule.xml").replace("<AMDPAR>2. Section 740.10 is amended by:</AMDPAR>", "")
    outcome = amend(rule, text(14, "before.xml"))
    assert not any(each.path.startswith("15 CFR 740.10") for each in outcome.differs)


# --- words that contradict the text set out


@pytest.mark.parametrize(
    ("number", "old", "new", "place"),
    [
        (15, "d. Revising paragraph (c)(1).", "d. Revising paragraph (c)(2).", "15 CFR 740.9(c)"),
        (26, "revising paragraph (a) to read", "revising paragraph (c) to read", "15 CFR 744.15"),
        (
            2,
            "revising the entry for “Delta Wafer Supply”",
            "revising the entry for “Corvid Precision Systems”",
            "Supp. No. 4 to Part 744 › MALAYSIA",
        ),
        (2, "Under MALAYSIA, revising", "Under RUSSIA, revising", "Supp. No. 4 to Part 744 › MALAYSIA"),
        (
            4,
            "ECCN 3B911 is amended by:",
            "ECCN 3B912 is amended by:",
            "Supp. No. 1 to Part 774 › 3B91",
        ),
        (
            8,
            "revising the entry for “Zembla”",
            "revising the entry for “Arendal”",
            "Supp. No. 1 to Part 740 › Country Group A",
        ),
        (7, "definitions of “Advanced packaging” and", "definitions of “Airgap” and", "15 CFR 772.1 › A"),
        (
            1,
            "“Aster Freight Pte. Ltd.;”",
            "“Aster Shipping Pte. Ltd.;”",
            "Supp. No. 4 to Part 744 › SINGAPORE",
        ),
    ],
)
def test_an_instruction_that_its_own_text_contradicts(
    amend: Callable[..., Outcome], number: int, old: str, new: str, place: str
) -> None:
    rule = text(number, "rule.xml")
    flat = re.sub(r"\s+", " ", rule)
    assert flat.count(old) == 1
    outcome = amend(flat.replace(old, new), text(number, "before.xml"))
    assert outcome.code == 1
    added = {
        "15 CFR 772.1 › Advanced packaging equipment",
        "Supp. No. 1 to Part 774 › 3B913 › a.1.b",
        "Supp. No. 1 to Part 774 › 3B913 › a",
    }
    touched = [each.path for each in outcome.differs if each.path.startswith(place)]
    assert [path for path in touched if not any(path.startswith(known) for known in added)] == []


@pytest.mark.parametrize(
    ("number", "old", "new", "place"),
    [
        (
            10,
            "(c) through (e) as paragraphs (d) through (f)",
            "(c) through (e) as paragraphs (d) through (g)",
            "15 CFR 742.6(d)",
        ),
        (10, "paragraphs (c) through (e) as", "paragraphs (e) through (c) as", "15 CFR 742.6(d)"),
        (16, "second sentence of paragraph (d)", "zeroth sentence of paragraph (d)", "15 CFR 744.6(d)"),
        (
            9,
            "in paragraph (b)(2) and adding",
            "in the third line of paragraph (b)(9) and adding",
            "15 CFR 748.4(b)(1)",
        ),
        (
            28,
            "entries for Nova Guinea and Zembla",
            "entries for Nova Guinea through Zembla",
            "Supp. No. 1 to Part 738 › Guinea Nova",
        ),
    ],
)
def test_an_instruction_that_makes_no_sense(
    amend: Callable[..., Outcome], number: int, old: str, new: str, place: str
) -> None:
    rule = re.sub(r"\s+", " ", text(number, "rule.xml"))
    assert rule.count(old) == 1
    outcome = amend(rule.replace(old, new), text(number, "before.xml"))
    assert outcome.code == 1
    for each in outcome.differs:
        assert each.path != place


# --- bases that leave open which text is meant


def doubled(base: str, start: str, end: str) -> str:
    """Return the base with one piece of it printed twice."""
    first = base.index(start)
    last = base.index(end, first) + len(end)
    return base[:last] + "\n" + base[first:last] + base[last:]


@pytest.mark.parametrize(
    ("number", "start", "end", "place"),
    [
        (12, "<P>(3) <I>Addresses.", "</P>", "15 CFR 744.21(b)(3)"),
        (26, '<DIV8 N="744.15"', "</DIV8>", "15 CFR 744.15(a)"),
        (
            2,
            '<TR>\n<TD class="left border-right-single"> </TD>\n<TD class="left border-right-single">Delta Wafer Supply, Lot 3',
            "</TR>",
            "Supp. No. 4 to Part 744 › MALAYSIA › Delta Wafer Supply",
        ),
        (7, "<P><I>Void.</I>", "</P>", "15 CFR 772.1 › Void"),
        (4, "<P>a.1.b. With", "</P>", "Supp. No. 1 to Part 774 › 3B913 › a.1.b"),
    ],
)
def test_a_target_that_is_printed_twice(
    amend: Callable[..., Outcome], number: int, start: str, end: str, place: str
) -> None:
    outcome = amend(text(number, "rule.xml"), doubled(text(number, "before.xml"), start, end))
    assert outcome.code == 1
    assert not any(each.path.startswith(place) for each in outcome.differs)


def test_a_list_that_is_in_no_alphabetical_order(amend: Callable[..., Outcome]) -> None:
    base = text(1, "before.xml")
    rows = re.findall(r"<TR>\n<TD.*?</TR>", base, flags=re.DOTALL)
    mixed = base.replace(rows[1], "\x00").replace(rows[3], rows[1]).replace("\x00", rows[3])
    outcome = amend(text(1, "rule.xml"), mixed)
    assert outcome.state("2.a") == "not-computed"


def test_a_rule_for_another_title(amend: Callable[..., Outcome]) -> None:
    rule = text(12, "rule.xml").replace('TITLE="15"', 'TITLE="22"').replace("15 CFR", "22 CFR")
    assert_nothing(amend(rule, text(12, "before.xml")))


def test_a_rule_for_another_part(amend: Callable[..., Outcome]) -> None:
    outcome = amend(text(12, "rule.xml"), text(24, "before.xml"))
    assert outcome.code == 1
    assert_nothing(outcome)


# --- words that look like instructions


def test_an_instruction_that_the_preamble_discusses(amend: Callable[..., Outcome]) -> None:
    said = "<P>2. Section 744.21 is amended by removing paragraph (c).</P>\n<P>3. Section 744.21 is amended by removing paragraph (e).</P>"
    rule = text(12, "rule.xml").replace("<P>This rule is described below.</P>", said)
    assert said in rule
    outcome = amend(rule, text(12, "before.xml"))
    assert_only_of(outcome, 12)


def test_an_instruction_within_the_text_that_is_set_out(amend: Callable[..., Outcome]) -> None:
    words = "An address is listed only where supplement no. 4 to this part says so."
    rule = text(12, "rule.xml").replace(
        words, f"{words} 4. Section 744.21 is amended by removing paragraph (c)."
    )
    outcome = amend(rule, text(12, "before.xml"))
    assert {each.path for each in outcome.differs} <= {"15 CFR 744.21(b)(3)"}


def test_the_same_number_twice(amend: Callable[..., Outcome]) -> None:
    rule = text(23, "rule.xml").replace("c. In paragraph (b)(1)", "a. In paragraph (b)(1)")
    assert_only_of(amend(rule, text(23, "before.xml")), 23)


# --- words with a meaning for machines


@pytest.mark.parametrize(
    "phrase", [".*", "[a-z]+", "may|must", "", " ", "\\w", "(?:a|a)*$", "*", "%s", "{0}"]
)
def test_a_phrase_that_is_a_pattern(amend: Callable[..., Outcome], phrase: str) -> None:
    rule = text(26, "rule.xml").replace("the word “may”", f"the word “{phrase}”")
    outcome = amend(rule, text(26, "before.xml"))
    assert outcome.state("5") == "not-computed"
    assert not any(each.path == "15 CFR 744.16(e)" for each in outcome.differs)


@pytest.mark.parametrize(
    "phrase", [r"\1 \g<0>", "&lt;script&gt;alert(1)&lt;/script&gt;", "&amp;amp;", "$0", "{0}%s"]
)
def test_a_replacement_that_is_markup_or_a_pattern_is_words(
    amend: Callable[..., Outcome], phrase: str
) -> None:
    rule = text(26, "rule.xml").replace("the word “must”", f"the word “{phrase}”")
    outcome = amend(rule, text(26, "before.xml"))
    assert "<script>" not in outcome.written
    plain = phrase.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    for each in outcome.differs:
        if each.path == "15 CFR 744.16(e)":
            assert each.after == f"(e) Removal. A listed entity {plain} ask."


@pytest.mark.parametrize("mark", ["\u200b", "\u202e", "\u00ad", "\u2060"])
def test_a_phrase_with_a_character_that_nobody_sees(amend: Callable[..., Outcome], mark: str) -> None:
    rule = text(26, "rule.xml").replace("the word “may”", f"the word “m{mark}ay”")
    outcome = amend(rule, text(26, "before.xml"))
    for each in outcome.differs:
        assert each.path != "15 CFR 744.16(e)" or each.after == "(e) Removal. A listed entity must ask."


def test_a_day_that_does_not_exist(amend: Callable[..., Outcome]) -> None:
    rule = text(11, "rule.xml").replace("March 15, 2027", "February 30, 2027")
    outcome = amend(rule, text(11, "before.xml"))
    assert_only_of(outcome, 11)
    assert "2027-02-30" not in json.dumps(outcome.report["instructions"])


# --- entities, sizes and depths


@pytest.mark.parametrize("of", ["rule", "base"])
@pytest.mark.parametrize("kind", ["expansion", "file"])
def test_entities_are_not_expanded(amend: Callable[..., Outcome], tmp_path: Path, of: str, kind: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET-WORDS")
    if kind == "file":
        entities = f'<!ENTITY e0 SYSTEM "{secret.as_uri()}">'
    else:
        entities = '<!ENTITY e9 "ha">' + "".join(
            f'<!ENTITY e{level} "{f"&e{level + 1};" * 10}">' for level in range(8, -1, -1)
        )
    rule, base = text(12, "rule.xml"), text(12, "before.xml")
    if of == "rule":
        head, _, rest = rule.partition("\n")
        rule = f"{head}\n<!DOCTYPE RULE [{entities}]>\n" + rest.replace(
            "An address is listed", "An &e0; is listed"
        )
    else:
        head, _, rest = base.partition("\n")
        base = f"{head}\n<!DOCTYPE DIV5 [{entities}]>\n" + rest.replace("An address is no", "An &e0; is no")
    outcome = amend(rule, base)
    assert "SECRET-WORDS" not in outcome.written
    assert "SECRET-WORDS" not in json.dumps(outcome.report)
    assert len(outcome.written) < 1_000_000


@pytest.mark.parametrize("of", ["rule", "base"])
def test_a_paragraph_of_millions_of_characters(amend: Callable[..., Outcome], of: str) -> None:
    rule, base = text(26, "rule.xml"), text(26, "before.xml")
    long = "The End-User Review Committee may decide (see § 744.16(b)). " * (
        83_000 if of == "base" else 17_000
    )
    if of == "rule":
        rule = rule.replace("Obtain a statement before each shipment.", long)
    else:
        base = base.replace("A listed entity may ask.", f"{long} A listed entity shall ask.")
    outcome = amend(rule, base)
    assert not any(each.path == "15 CFR 744.16(e)" for each in outcome.differs) or of == "rule"
    for each in outcome.differs:
        if each.path == "15 CFR 744.15(a)" and of == "rule":
            assert squeezed(long) in squeezed(each.after)


def test_an_instruction_of_a_million_characters(amend: Callable[..., Outcome]) -> None:
    long = ", ".join(f"(b)({number})" for number in range(60_000))
    rule = (
        text(26, "rule.xml")
        .replace("removing the", "x")
        .replace("revising paragraph (a) to", f"revising paragraphs {long} to")
    )
    outcome = amend(rule, text(26, "before.xml"))
    assert not any(each.path.startswith("15 CFR 744.15") for each in outcome.differs)


def test_a_table_within_a_cell_of_the_base(amend: Callable[..., Outcome]) -> None:
    inner = "<TABLE><TBODY><TR><TD>SINGAPORE</TD><TD>Corvid Precision Systems, elsewhere</TD><TD>x</TD><TD>y</TD><TD>z</TD></TR></TBODY></TABLE>"
    base = text(2, "before.xml").replace(
        "Blue Harbor Semiconductor Pte. Ltd.", f"Blue Harbor Semiconductor Pte. Ltd. {inner}", 1
    )
    assert inner in base
    outcome = amend(text(2, "rule.xml"), base)
    if outcome.written:
        assert inner in outcome.written
    for each in outcome.differs:
        assert each.path.rsplit(" › ", 1)[-1] in {
            "Delta Wafer Supply",
            "JSC Orion Radiotechnical Plant",
            "Corvid Precision Systems",
        }


def test_a_table_within_a_cell_of_the_rule(amend: Callable[..., Outcome]) -> None:
    inner = '<GPOTABLE COLS="1" OPTS="L1" CDEF="s50"><ROW><ENT I="01">Corvid Precision Systems, 1 Void Street.</ENT></ROW></GPOTABLE>'
    rule = text(2, "rule.xml").replace(
        "<ENT>JSC Orion Radiotechnical Plant,", f"<ENT>{inner}JSC Orion Radiotechnical Plant,"
    )
    assert inner in rule
    outcome = amend(rule, text(2, "before.xml"))
    for each in outcome.differs:
        assert "Void Street" not in (each.after or "") or "JSC Orion" in (each.after or "")


@pytest.mark.parametrize("depth", [200, 5_000])
def test_markup_nested_deeply(amend: Callable[..., Outcome], depth: int) -> None:
    words = "Obtain a statement before each shipment."
    deep = '<E T="03">' * depth + words + "</E>" * depth
    outcome = amend(text(26, "rule.xml").replace(words, deep), text(26, "before.xml"))
    assert_only_of(outcome, 26)


def test_three_thousand_instructions(amend: Callable[..., Outcome]) -> None:
    many = "".join(
        f"<AMDPAR>{number}. Section 744.16 is amended by removing paragraph (b)({number}).</AMDPAR>"
        for number in range(6, 3_006)
    )
    rule = text(26, "rule.xml").replace("<SIG>", f'<REGTEXT TITLE="15" PART="744">{many}</REGTEXT><SIG>')
    outcome = amend(rule, text(26, "before.xml"))
    assert_only_of(outcome, 26)
    assert outcome.code == 1


# --- other files


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02\xff\xfe",
        b"<!DOCTYPE html><html><head><title>Federal Register :: Request Access</title></head><body>Request Access</body></html>",
        b"{}",
        b"<RULE/>",
        b"%PDF-1.7\n",
        "Æ".encode("utf-16"),
    ],
    ids=["empty", "binary", "page", "json", "bare", "pdf", "utf-16"],
)
def test_files_that_are_neither_rule_nor_base(amend: Callable[..., Outcome], content: bytes) -> None:
    assert amend(content, text(12, "before.xml")).code
    assert_nothing(amend(content, text(12, "before.xml")))
    assert_nothing(amend(text(12, "rule.xml"), content))


def test_rule_and_base_exchanged(amend: Callable[..., Outcome]) -> None:
    outcome = amend(text(12, "before.xml"), text(12, "rule.xml"))
    assert outcome.code != 0
    assert_nothing(outcome)
