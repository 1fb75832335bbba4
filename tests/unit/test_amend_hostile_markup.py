"""Hostile markup, sizes and characters: `tracker amend` computes the right text or none, and never fails with a
traceback.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.amend_outcome import Amend, amender, assert_nothing, assert_only_of, squeezed, text


@pytest.fixture
def amend(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Amend:
    return amender(tmp_path, capsys, monkeypatch)


# --- words with a meaning for machines


@pytest.mark.parametrize(
    "phrase", [".*", "[a-z]+", "may|must", "", " ", "\\w", "(?:a|a)*$", "*", "%s", "{0}"]
)
def test_a_phrase_that_is_a_pattern(amend: Amend, phrase: str) -> None:
    rule = text(26, "rule.xml").replace("the word “may”", f"the word “{phrase}”")
    outcome = amend(rule, text(26, "before.xml"))
    assert outcome.state("5") == "not-computed"
    assert not any(each.path == "15 CFR 744.16(e)" for each in outcome.differs)


@pytest.mark.parametrize(
    "phrase", [r"\1 \g<0>", "&lt;script&gt;alert(1)&lt;/script&gt;", "&amp;amp;", "$0", "{0}%s"]
)
def test_a_replacement_that_is_markup_or_a_pattern_is_words(amend: Amend, phrase: str) -> None:
    rule = text(26, "rule.xml").replace("the word “must”", f"the word “{phrase}”")
    outcome = amend(rule, text(26, "before.xml"))
    assert "<script>" not in outcome.written
    plain = phrase.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    for each in outcome.differs:
        if each.path == "15 CFR 744.16(e)":
            assert each.after == f"(e) Removal. A listed entity {plain} ask."


@pytest.mark.parametrize("mark", ["\u200b", "\u202e", "\u00ad", "\u2060"])
def test_a_phrase_with_a_character_that_nobody_sees(amend: Amend, mark: str) -> None:
    rule = text(26, "rule.xml").replace("the word “may”", f"the word “m{mark}ay”")
    outcome = amend(rule, text(26, "before.xml"))
    for each in outcome.differs:
        assert each.path != "15 CFR 744.16(e)" or each.after == "(e) Removal. A listed entity must ask."


def test_a_day_that_does_not_exist(amend: Amend) -> None:
    rule = text(11, "rule.xml").replace("March 15, 2027", "February 30, 2027")
    outcome = amend(rule, text(11, "before.xml"))
    assert_only_of(outcome, 11)
    assert "2027-02-30" not in json.dumps(outcome.report["instructions"])


# --- entities, sizes and depths


@pytest.mark.parametrize("of", ["rule", "base"])
@pytest.mark.parametrize("kind", ["expansion", "file"])
def test_entities_are_not_expanded(amend: Amend, tmp_path: Path, of: str, kind: str) -> None:
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
def test_a_paragraph_of_millions_of_characters(amend: Amend, of: str) -> None:
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


def test_an_instruction_of_a_million_characters(amend: Amend) -> None:
    long = ", ".join(f"(b)({number})" for number in range(60_000))
    rule = (
        text(26, "rule.xml")
        .replace("removing the", "x")
        .replace("revising paragraph (a) to", f"revising paragraphs {long} to")
    )
    outcome = amend(rule, text(26, "before.xml"))
    assert not any(each.path.startswith("15 CFR 744.15") for each in outcome.differs)


@pytest.mark.parametrize("rows", [1, 2])
@pytest.mark.parametrize(
    "where",
    [
        "Blue Harbor Semiconductor Pte. Ltd.",
        "Delta Wafer Supply",
        "Corvid Precision Systems",
        "Country",
        "RUSSIA",
    ],
)
def test_a_table_within_a_cell_of_the_base(amend: Amend, where: str, rows: int) -> None:
    row = "<TR><TD>SINGAPORE</TD><TD>Corvid Precision Systems, elsewhere</TD><TD>x</TD><TD>y</TD><TD>z</TD></TR>"
    inner = f"<TABLE><TBODY>{row * rows}</TBODY></TABLE>"
    base = text(2, "before.xml").replace(where, f"{where} {inner}", 1)
    assert inner in base
    outcome = amend(text(2, "rule.xml"), base)
    if outcome.written and where != "Delta Wafer Supply":
        assert inner in outcome.written
    for each in outcome.differs:
        assert each.path.rsplit(" › ", 1)[-1] in {
            "Delta Wafer Supply",
            "JSC Orion Radiotechnical Plant",
            "Corvid Precision Systems",
        }


def test_a_table_within_a_cell_of_the_rule(amend: Amend) -> None:
    inner = '<GPOTABLE COLS="1" OPTS="L1" CDEF="s50"><ROW><ENT I="01">Corvid Precision Systems, 1 Void Street.</ENT></ROW></GPOTABLE>'
    rule = text(2, "rule.xml").replace(
        "<ENT>JSC Orion Radiotechnical Plant,", f"<ENT>{inner}JSC Orion Radiotechnical Plant,"
    )
    assert inner in rule
    outcome = amend(rule, text(2, "before.xml"))
    for each in outcome.differs:
        assert "Void Street" not in (each.after or "") or "JSC Orion" in (each.after or "")


@pytest.mark.parametrize("depth", [200, 5_000])
def test_markup_nested_deeply(amend: Amend, depth: int) -> None:
    words = "Obtain a statement before each shipment."
    deep = '<E T="03">' * depth + words + "</E>" * depth
    outcome = amend(text(26, "rule.xml").replace(words, deep), text(26, "before.xml"))
    assert_only_of(outcome, 26)


def test_three_thousand_instructions(amend: Amend) -> None:
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
def test_files_that_are_neither_rule_nor_base(amend: Amend, content: bytes) -> None:
    assert amend(content, text(12, "before.xml")).code
    assert_nothing(amend(content, text(12, "before.xml")))
    assert_nothing(amend(text(12, "rule.xml"), content))


def test_rule_and_base_exchanged(amend: Amend) -> None:
    outcome = amend(text(12, "before.xml"), text(12, "rule.xml"))
    assert outcome.code != 0
    assert_nothing(outcome)
