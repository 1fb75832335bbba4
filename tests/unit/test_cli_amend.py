"""The command amend: states, exit codes, the file that it writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tracker.cli.amendments import amend
from tracker.diffing import compare
from tracker.parsing import read_file

BASE = """<DIV5 N="799" TYPE="PART" hierarchy_metadata="{&quot;citation&quot;:&quot;15 CFR Part 799&quot;}">
<HEAD>PART 799&#x2014;SAMPLES</HEAD>
<DIV8 N="799.1" TYPE="SECTION">
<HEAD>&#xA7; 799.1 Scope.</HEAD>
<P>(a) <I>General.</I> Lathes are   controlled.</P>
<P>(b) Presses are controlled.</P>
<P>(c) Ovens are controlled.</P>
</DIV8>
</DIV5>
"""


def rule(*amendments: str) -> str:
    return f"""<RULE><PREAMB><SUBJECT>Samples</SUBJECT><EFFDATE><HD SOURCE="HED">DATES:</HD>
<P>This rule is effective January 5, 2027.</P></EFFDATE></PREAMB><SUPLINF><REGTEXT TITLE="15" PART="799">
<AMDPAR>1. The authority citation for part 799 continues to read as follows:</AMDPAR>
{"".join(amendments)}
</REGTEXT></SUPLINF><FRDOC>[FR Doc. 2026-99999 Filed 12-1-26; 8:45 am]</FRDOC></RULE>"""


REVISED = """<AMDPAR>2. Section 799.1 is amended by revising paragraph (b) to read as follows:</AMDPAR>
<SECTION><SECTNO>&#xA7; 799.1</SECTNO><SUBJECT>Scope.</SUBJECT><STARS/>
<P>(b) Presses and dies are controlled.</P><STARS/></SECTION>"""
DEFECTIVE = "<AMDPAR>3. In § 799.1(c), remove “Kilns” and add in its place “Furnaces”.</AMDPAR>"


def run(folder: Path, text: str, *options: str) -> tuple[int, str]:
    (folder / "base.xml").write_text(BASE)
    (folder / "rule.xml").write_text(text)
    names = ["--rule", str(folder / "rule.xml"), "--base", str(folder / "base.xml")]
    result = CliRunner().invoke(amend, [*names, *options])
    return result.exit_code, result.stdout


def test_a_rule_that_is_computed_ends_with_0_and_its_file_is_the_redline(tmp_path: Path) -> None:
    out = tmp_path / "out.xml"
    code, text = run(tmp_path, rule(REVISED), "-o", str(out), "--json")
    assert code == 0
    found = json.loads(text)
    assert found["document_number"] == "2026-99999"
    assert [(one["number"], one["state"]) for one in found["instructions"]] == [
        ("1", "no-text-change"),
        ("2", "computed"),
    ]
    (unit,) = found["units"]
    assert (unit["path"], unit["op"], unit["instruction"]) == ("15 CFR 799.1(b)", "changed", "2")
    assert unit["effective"] == "2027-01-05"
    assert ["insert", "and dies "] in unit["spans"] or ["insert", " and dies"] in unit["spans"]
    assert out.read_text() == BASE.replace("Presses are", "Presses and dies are")
    operations = compare(read_file("base.xml", BASE.encode()), read_file("out.xml", out.read_bytes()))
    assert [(one.path, one.op) for one in operations] == [("15 CFR 799.1(b)", "changed")]


def test_what_is_not_computed_ends_with_1_and_has_its_reason_and_note(tmp_path: Path) -> None:
    out = tmp_path / "out.xml"
    code, text = run(tmp_path, rule(REVISED, DEFECTIVE), "-o", str(out), "--json")
    assert code == 1
    third = json.loads(text)["instructions"][2]
    assert third["state"] == "not-computed"
    assert "“Kilns” do not occur there" in third["reason"]
    assert "could not be incorporated because the specified words do not exist" in third["note"]
    assert out.read_text() == BASE.replace("Presses are", "Presses and dies are")


def test_a_day_before_the_rule_gives_the_base(tmp_path: Path) -> None:
    out = tmp_path / "out.xml"
    code, _ = run(tmp_path, rule(REVISED), "-o", str(out), "--date", "2027-01-04")
    assert code == 0
    assert out.read_text() == BASE
    run(tmp_path, rule(REVISED), "-o", str(out), "--date", "2027-01-05")
    assert out.read_text() != BASE


def test_text_for_people_has_the_reason_and_the_count(tmp_path: Path) -> None:
    code, text = run(tmp_path, rule(REVISED, DEFECTIVE))
    assert code == 1
    assert "2: computed from 2027-01-05" in text
    assert "1 instructions computed (1 units), 1 not computed, 1 without a change of the text" in text


@pytest.mark.parametrize("text", ["", "<RULE>", "<RULE><P>No instruction.</P></RULE>", "plain words"])
def test_a_file_without_instructions_is_wrong_use(tmp_path: Path, text: str) -> None:
    from tracker.errors import UsageError

    (tmp_path / "base.xml").write_text(BASE)
    (tmp_path / "rule.xml").write_text(text)
    names = ["--rule", str(tmp_path / "rule.xml"), "--base", str(tmp_path / "base.xml")]
    result = CliRunner().invoke(amend, names)
    assert isinstance(result.exception, UsageError)
