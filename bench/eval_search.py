"""A hundred questions of trade officers, lawyers and operators against the search: the share answered among the first five, and
the time of an answer, with all recorded documents (107,000) as changes and the recorded part 744, EAR sections and CCL as texts.

    python -m bench.eval_search [--write] [--state DIR] [--missed]

`tests/search_questions.tsv` was written before the rules of the search. `must`: document numbers, `~` a pattern of titles, or the
beginnings of paths (`|` between them) or a phrase of the text.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from bench import report
from tests.recorded import recorded
from tracker.classification import classify
from tracker.ingest.assess import search_labels
from tracker.model import Change, Classification, Document, DocumentKind, Level, Unit, UnitKind
from tracker.parsing import read_file
from tracker.search.index import FILE, SearchIndex, _index_version_text
from tracker.search.near import Near, near_changes
from tracker.search.query import terms
from tracker.storage import changes
from tracker.storage.change_query import ChangeQuery
from tracker.storage.database import Store
from tracker.storage.read_queries import StoreReader, open_reader

QUESTIONS = Path(__file__).parents[1] / "tests" / "search_questions.tsv"
TITLES = "federal-register/titles-abstracts-2020-2026.jsonl.xz"
TODAY = date(2026, 7, 31)
FIRST = 5
ROUNDS = 3
_FIELD = re.compile(
    r"export (?:control|admin|privilege)|entity list|semiconductor|licen[cs]e exception|validated end|advanced computing|"
    r"artificial intelligence|unverified list|reciprocal tariff|section (?:232|301)|connected vehicle|tariff|sanction",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Question:
    who: str
    scope: str
    query: str
    must: str


def questions() -> list[Question]:
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        return [Question(**row) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def fill(state: Path, *, in_field: bool = False) -> None:
    """Store all recorded documents as changes; `in_field`: those that are labeled, or in the field by
    their title; only the labeled are classified then."""
    labeled = {line.split("\t")[0] for line in recorded("labels/dev.tsv").decode().splitlines()}
    made: list[changes.ChangeEntry] = []
    for line in recorded(TITLES).decode().splitlines():
        row = json.loads(line)
        number, day = row["document_number"], date.fromisoformat(row["published"])
        tagging = Classification(Level.NONE)
        fits = _FIELD.search(row["title"]) is not None
        if number in labeled or (fits and not in_field):
            document = Document(
                number,
                DocumentKind.RULE,
                row["title"],
                row["url"],
                (),
                abstract=row["abstract"] or "",
                published=day,
            )
            tagging = classify(document, today=TODAY)
        elif in_field and not fits:
            continue
        change = Change(
            f"chg_{len(made):016x}", "fr", DocumentKind.RULE, row["title"], row["url"], datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
            tagging=tagging, document_number=number, citation="90 FR 47201" if number == "2025-19001" else None,
            abstract=row["abstract"] or "", published=day,
        )  # fmt: skip
        made.append(changes.ChangeEntry(change, f"fr:{number}", 1, search_labels(change)))
    with closing(Store(state)) as store:
        for start in range(0, len(made), 10_000):
            with store.write() as connection:
                changes.add_many(connection, made[start : start + 10_000])


def fill_texts(state: Path) -> None:
    """Index the recorded texts."""
    with closing(Store(state)) as store, SearchIndex(store)._open() as index, index:
        for number, document in enumerate(texts(), 1):
            _index_version_text(index, document.key, number, document)


def texts() -> Iterator[Document]:
    yield read_file("744.xml", recorded("ecfr/15-cfr-744/2026-07-18.xml.xz"))
    units = []
    for section, entry in json.loads(recorded("ecfr/ear-sections/2025-08.json.xz")).items():
        if not section.startswith("744."):
            units.append(Unit(f"15 CFR {section}", UnitKind.HEADING, entry["heading"]))
            units += [
                Unit(f"15 CFR {section} › {place}", UnitKind.PARAGRAPH, words)
                for place, words in enumerate(entry["paragraphs"])
            ]
    yield Document("15 CFR 730-774", DocumentKind.CFR, "", "", tuple(units))
    units = []
    for entry in json.loads(recorded("ecfr/ccl-2026-07-23.json.xz"))["entries"]:
        path = f"Supp. No. 1 to Part 774 › {entry['eccn']}"
        units.append(Unit(path, UnitKind.ECCN, f"{entry['eccn']} {entry['heading']}"))
        for place, item in enumerate(entry.get("items") or ()):
            step = item["paragraph"] or f"note {place}"
            units.append(Unit(f"{path} › {step}", UnitKind.ITEM, item["text"]))
    yield Document("CCL", DocumentKind.CFR, "", "", tuple(units))


def answered(question: Question, found: list[tuple[str, str]]) -> bool:
    """Whether one of the first five, each a name and its words, is what the question is about."""
    return any(_is_meant(question, name, words) for name, words in found[:FIRST])


def _is_meant(question: Question, name: str, words: str) -> bool:
    if question.must.startswith("~"):
        return re.search(question.must[1:], words) is not None
    if question.scope == "changes":
        return name in question.must.split()
    return any(
        re.match(rf"{re.escape(want)}(?!\d)" if want.startswith("15 CFR") else re.escape(want), name)
        is not None
        if want.startswith(("15 CFR", "Supp."))
        else want in words.lower()
        for want in question.must.split(" | ")
    )


@dataclass(frozen=True, slots=True)
class Figures:
    answered: int
    offered: int  # by the first question that an empty answer offers
    asked: int
    missed: tuple[str, ...]
    median_ms: float
    p95_ms: float
    slowest: tuple[tuple[float, str], ...]


def _found(query: str, scope: str, reader: StoreReader, finder: SearchIndex) -> list[tuple[str, str]]:
    if scope == "changes":
        records = reader.changes(ChangeQuery(terms=terms(query), limit=50))
        return [(str(one["document_number"]), str(one["title"])) for one in records]
    return [(hit.path, hit.text) for hit in finder.find(terms(query))[1]]


def measure(state: Path, rounds: int = ROUNDS) -> Figures:
    missed: list[str] = []
    offered = 0
    times: dict[str, list[float]] = {}
    asked = questions()
    with closing(Store(state)) as store, open_reader(state) as reader:
        finder = SearchIndex(store)
        for number in range(rounds + 1):
            for question in asked:
                start = time.perf_counter()
                found = _found(question.query, question.scope, reader, finder)
                near: tuple[Near, ...] = ()
                if not found:
                    near = (
                        near_changes(reader, question.query, ChangeQuery())
                        if question.scope == "changes"
                        else finder.near(question.query)
                    )
                if number:  # the first round warms up
                    times.setdefault(question.query, []).append(1_000 * (time.perf_counter() - start))
                elif not answered(question, found):
                    missed.append(f"{question.scope}: {question.query}")
                    if near and answered(question, _found(near[0].query, question.scope, reader, finder)):
                        offered += 1
                    if "--missed" in sys.argv:
                        print(
                            f"{question.query!r} wants {question.must}; {len(found)}: {found[:3]}; near {near}"[
                                :600
                            ]
                        )
    all_times = [one for found in times.values() for one in found]
    slow = sorted(((statistics.median(found), query) for query, found in times.items()), reverse=True)[:5]
    return Figures(
        len(asked) - len(missed), offered, len(asked), tuple(missed), statistics.median(all_times),
        statistics.quantiles(all_times, n=20)[-1], tuple(slow),
    )  # fmt: skip


def write(found: Figures) -> None:
    rows = [
        ["answered among the first five", f"{found.answered} of {found.asked}"],
        ["more by the question that an empty answer offers", str(found.offered)],
        ["median time of an answer", f"{found.median_ms:.0f} ms"],
        ["95 % of the answers within", f"{found.p95_ms:.0f} ms"],
    ]
    missed = "\n".join(f"- {one}" for one in found.missed)
    text = (
        "## A hundred questions for the search\n\n"
        "Questions of trade officers, lawyers and operators (`tests/search_questions.tsv`), written with their answers before the"
        " rules of the search; 107,000 recorded documents as changes, part 744, the sections of the EAR and the CCL as texts.\n\n"
        f"{report.table(['', 'figure'], rows)}\n\nNot among the first five:\n\n{missed}\n"
    )
    report.write("search", text, command="python -m bench.eval_search --write")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    parser.add_argument("--state", type=Path, help="keep the filled state here, and use it again")
    parser.add_argument("--missed", action="store_true", help="show what was found in place of what must be")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        state = asked.state or Path(folder)
        if not (state / "tracker.db").exists():
            fill(state)
        if not (state / FILE).exists():
            fill_texts(state)
        found = measure(state)
    if asked.write:
        write(found)
    print(
        f"answered among the first {FIRST}: {found.answered} of {found.asked}, and {found.offered} more by the question that an empty answer offers; median {found.median_ms:.0f} ms,"
        f" p95 {found.p95_ms:.0f} ms"
    )
    for one in found.missed:
        print("  missed", one)
    for milliseconds, query in found.slowest:
        print(f"  {milliseconds:.0f} ms {query}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
