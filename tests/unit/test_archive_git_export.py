"""The stored law as a git repository: log, blame and diff answer who changed which paragraph, and when."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.recorded import recorded
from tracker.archive.git_export import BRANCH, export_git
from tracker.archive.law_history import TextState, commits, file_of
from tracker.cli.app import run
from tracker.diffing import compare
from tracker.errors import UsageError
from tracker.model import Document, DocumentKind, Fetched, HttpResponse, ResourceType, Unit, UnitKind
from tracker.storage import snapshots, versions
from tracker.storage.database import Store
from tracker.stories.rule_join import Rule, Window, join_operations
from tracker.text import CELL_GAP

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

PART = "15 CFR 744"
XML = """<DIV5 N="744" TYPE="PART"><HEAD>PART 744—CONTROL POLICY</HEAD>
<SOURCE><HED>Source:</HED><PSPACE>61 FR 12802, Mar. 25, 1996, unless otherwise noted.</PSPACE></SOURCE>
<DIV8 N="744.5" TYPE="SECTION"><HEAD>§ 744.5 Restrictions.</HEAD><P>(a) Never amended.</P></DIV8>
<DIV8 N="744.6" TYPE="SECTION"><HEAD>§ 744.6 Activities.</HEAD>{paragraphs}<CITA>[{history}]</CITA></DIV8></DIV5>"""
OLD = "73 FR 68326, Nov. 18, 2008, as amended at 77 FR 25057, Apr. 27, 2012"
STATES = (
    (
        "2031-01-01",
        XML.format(paragraphs="<P>(a) You may not assist a listed end user.</P><P>(b) Two.</P>", history=OLD),
    ),
    (
        "2031-03-20",
        XML.format(
            paragraphs="<P>(a) You may not assist a listed end user, unless exempt.</P><P>(b) Two.</P><P>(c) Three.</P>",
            history=f"{OLD}; 96 FR 1200, Mar. 10, 2031",
        ),
    ),
    (
        "2031-04-02",
        XML.format(
            paragraphs="<P>(a) You may not assist a listed end user, unless exempt.</P><P>(b)  Two .</P><P>(c) Three.</P>",
            history=f"{OLD}; 96 FR 1200, Mar. 10, 2031",
        ),
    ),
)


def store_states(state: Path, texts: tuple[tuple[str, str | bytes], ...], part: str = "744") -> None:
    """Store versions of a part as polls of the eCFR do."""
    store = Store(state)
    key = f"15 CFR {part}"
    with store.write() as connection:
        known = len([each for each in versions.ordinals(connection, ["ear"]) if each[0] == f"ear:{key}"])
        for number, (day, text) in enumerate(texts, known + 1):
            body = text if isinstance(text, bytes) else text.encode()
            at = datetime.fromisoformat(f"{day}T22:00:00").replace(tzinfo=UTC)
            answer = HttpResponse("https://www.ecfr.gov/full", 200, (), body, at)
            meta = {"as_of": day, "title": "15", "part": part, "url": f"https://www.ecfr.gov/part-{part}"}
            saved = snapshots.save(connection, "ear", Fetched(key, ResourceType.ECFR_PART, answer, meta))
            digest = hashlib.sha256(body).hexdigest()
            versions.add(
                connection,
                [versions.Version(f"ear:{key}", number, "ear", key, digest, (saved,), (), at)],
            )
    store.close()


def printed_line(unit: Unit) -> str:
    cells = [" ".join(cell.split()) for cell in unit.text.split(CELL_GAP)]
    return " | ".join(cells)


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, check=True, text=True, timeout=60
    ).stdout.strip()


def test_log_and_blame_name_the_document_of_each_paragraph(tmp_path: Path) -> None:
    store_states(tmp_path / "state", STATES)
    folder = tmp_path / "law"
    made = export_git(tmp_path / "state", folder)
    assert git(folder, "log", "--reverse", "--date=short", "--format=%ad %an: %s").splitlines() == [
        "1996-03-25 61 FR 12802: 61 FR 12802: title not stored",
        "2031-01-01 first stored state: 15 CFR 744: first stored state",
        "2031-03-10 96 FR 1200: 96 FR 1200: title not stored",
        "2031-04-02 editorial: 15 CFR 744: editorial changes of the eCFR",
    ]
    assert made.commits == made.new == 4
    blame = git(folder, "blame", "--line-porcelain", "15-cfr/744/744.6.txt").splitlines()
    authors = [line.removeprefix("author ") for line in blame if line.startswith("author ")]
    lines = [line.removeprefix("\t") for line in blame if line.startswith("\t")]
    assert dict(zip(lines, authors, strict=True)) == {
        "§ 744.6 Activities.": "first stored state",
        "(a) You may not assist a listed end user, unless exempt.": "96 FR 1200",
        "(b) Two .": "first stored state",  # the editorial commit is passed over
        "(c) Three.": "96 FR 1200",
        f"[{OLD}; 96 FR 1200, Mar. 10, 2031]": "96 FR 1200",
    }
    assert {
        line.removeprefix("author ")
        for line in git(folder, "blame", "--line-porcelain", "15-cfr/744/744.5.txt").splitlines()
        if line.startswith("author ")
    } == {"61 FR 12802"}
    body = git(folder, "log", "-1", "--skip=1", "--format=%b")
    assert "15 CFR 744.6: the text cites it: 96 FR 1200, Mar. 10, 2031" in body
    assert "15 CFR 744 as of 2031-03-20 (eCFR)" in body


def test_the_same_state_gives_the_same_commits_and_a_later_one_adds_to_them(tmp_path: Path) -> None:
    state = tmp_path / "state"
    store_states(state, STATES[:2])
    first, other = export_git(state, tmp_path / "law"), export_git(state, tmp_path / "other")
    assert first.head == other.head
    again = export_git(state, tmp_path / "law")
    assert (again.head, again.new, again.rewritten) == (first.head, 0, False)
    store_states(state, STATES[2:])
    later = export_git(state, tmp_path / "law")
    assert (later.new, later.rewritten) == (1, False)
    assert git(tmp_path / "law", "merge-base", first.head, later.head) == first.head
    assert git(tmp_path / "law", "rev-parse", BRANCH) == later.head


def test_a_folder_of_somebody_else_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store_states(tmp_path / "state", STATES[:1])
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "notes.txt").write_text("mine", "utf-8")
    monkeypatch.setattr(
        "sys.argv", ["tracker", "export", "--git", str(mine), "--state", str(tmp_path / "state")]
    )
    assert run() == 2
    assert capsys.readouterr().err.strip() == (
        f"{mine} is not empty, and no earlier export (name a new or an empty folder)"
    )
    git(mine, "init", "--quiet")
    with pytest.raises(UsageError, match="no earlier export"):
        export_git(tmp_path / "state", mine)
    assert [path.name for path in mine.iterdir() if path.name != ".git"] == ["notes.txt"]


def test_changes_made_by_hand_in_an_export_are_not_lost(tmp_path: Path) -> None:
    store_states(tmp_path / "state", STATES[:1])
    export_git(tmp_path / "state", tmp_path / "law")
    (tmp_path / "law" / "README.md").write_text("mine", "utf-8")
    with pytest.raises(UsageError, match="not committed"):
        export_git(tmp_path / "state", tmp_path / "law")
    assert (tmp_path / "law" / "README.md").read_text("utf-8") == "mine"


def test_without_git_one_line_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store_states(tmp_path / "state", STATES[:1])
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="git is not installed"):
        export_git(tmp_path / "state", tmp_path / "law")
    assert not (tmp_path / "law").exists()


def test_a_state_without_any_law_is_an_error_and_leaves_no_commit(tmp_path: Path) -> None:
    Store(tmp_path / "state").close()
    with pytest.raises(UsageError, match="no text of the eCFR is stored"):
        export_git(tmp_path / "state", tmp_path / "law")


def test_the_command_prints_its_result_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store_states(tmp_path / "state", STATES)
    arguments = ["--git", str(tmp_path / "law"), "--json", "--state", str(tmp_path / "state")]
    monkeypatch.setattr("sys.argv", ["tracker", "export", *arguments])
    assert run() == 0
    made = json.loads(capsys.readouterr().out)
    assert made["head"] == git(tmp_path / "law", "rev-parse", "HEAD")
    assert (made["commits"], made["new"], made["rewritten"]) == (4, 4, False)


def test_files_are_named_by_section_and_supplement() -> None:
    assert file_of(PART, "15 CFR 744.11(a)(1)") == "15-cfr/744/744.11.txt"
    assert file_of(PART, "Supp. No. 4 to Part 744 › JAPAN › X") == "15-cfr/744/supplement-4.txt"
    assert file_of(PART, "15 CFR 744 › Source") == file_of(PART, PART) == "15-cfr/744/part.txt"
    appendix = "12 CFR 1026 › Appendix A to Part 1026—Rules"
    assert file_of("12 CFR 1026", f"{appendix} › A. Forms ¶2") == file_of("12 CFR 1026", appendix)
    assert file_of("12 CFR 1026", f"{appendix} ¶2") == file_of("12 CFR 1026", appendix)
    assert file_of("12 CFR 1026", appendix) == "12-cfr/1026/appendix-a-to-part-1026-rules.txt"
    assert ".." not in file_of("15 CFR ../..", "15 CFR ../...x")


NAMES = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8)
WORDS = st.sampled_from(["One.", "Two.", "Three.", "One , two."])


@given(NAMES, NAMES, st.data())
def test_for_any_documents_the_last_commit_is_the_stored_text(
    first: list[str], second: list[str], data: st.DataObject
) -> None:
    def units(names: list[str]) -> tuple[Unit, ...]:
        return tuple(
            Unit(
                f"15 CFR 744.{ord(name) % 3 + 1}({name})", UnitKind.PARAGRAPH, f"({name}) {data.draw(WORDS)}"
            )
            for name in names
        )

    before, after = units(first), units(second)
    old, new = (Document(PART, DocumentKind.CFR, PART, "", each) for each in (before, after))
    window = Window(date(2031, 1, 1), date(2031, 3, 20))
    rules = tuple(
        Rule(f"chg_{number}", f"2031-0000{number}", None, "T", "", date(2031, 2, number), (date(2031, 2, number),),
             (PART,), tuple(f"15 CFR 744.{section}" for section in (1, 2, 3) if data.draw(st.booleans())))
        for number in (1, 2)
    )  # fmt: skip
    operations = compare(old, new)
    joins = join_operations(operations, rules, window)
    states = [
        TextState(PART, date(2031, 1, 1), before),
        TextState(PART, date(2031, 3, 20), after, operations, joins),
    ]
    files: dict[str, str | None] = {}
    for commit in commits([states], []):
        files.update(commit.files)
    expected: dict[str, str] = {}
    for unit in after:
        name = file_of(PART, unit.path)
        expected[name] = expected.get(name, "") + f"{printed_line(unit)}\n"
    assert {name: text for name, text in files.items() if text is not None} == expected


def test_the_recorded_states_of_part_744(tmp_path: Path) -> None:
    """Between the recorded days only punctuation and spacing differ; rows are dated by what they cite."""
    days = ("2026-03-25", "2026-07-18")
    texts = tuple((day, recorded(f"ecfr/15-cfr-744/{day}.xml.xz")) for day in days)
    store_states(tmp_path / "state", texts)
    folder = tmp_path / "law"
    export_git(tmp_path / "state", folder)
    last = git(folder, "log", "-2", "--format=%an").splitlines()
    assert last == ["editorial", "first stored state"]
    row = next(
        line
        for line in git(folder, "blame", "15-cfr/744/supplement-4.txt").splitlines()
        if "Semiconductor Manufacturing International (Beijing)" in line
    )
    assert "(89 FR 96836" in row
    assert "2024-12-05" in row
