"""How well the main text of pages is found: tracker, resiliparse, trafilatura and readability.

    python -m bench.main_text [--write]

The pages are those of `bench/main_text_pages.py` and, where they are there, the recorded pages of the White House.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench import report
from bench.main_text_pages import NOTICE, Marked, white_house, written
from bench.peers import EXTRACTORS, install
from tests.recorded import ROOT
from tracker.locations import is_rest_of_page
from tracker.model import UnitKind
from tracker.parsing.page import read_page

_MOST = 80  # recorded pages
_WORD = re.compile(r"\w+")

# Runs in the environment of the peers: reads pages from a folder, writes texts and seconds as JSON.
_SCRIPT = """
import json, pathlib, sys, time
from lxml.html import document_fromstring
import readability, trafilatura
from resiliparse.extract.html2text import extract_plain_text
def readable(page):
    return document_fromstring(readability.Document(page).summary()).text_content()
ways = {
    "resiliparse": lambda page: extract_plain_text(page, main_content=True, alt_texts=False),
    "trafilatura": lambda page: trafilatura.extract(page, include_tables=True, include_comments=False) or "",
    "trafilatura, for recall": lambda page: trafilatura.extract(page, favor_recall=True, include_tables=True, include_comments=False) or "",
    "readability": readable,
}
pages = [path.read_text("utf-8", "replace") for path in sorted(pathlib.Path(sys.argv[1]).glob("*.html"))]
found = {}
for name, way in ways.items():
    texts, began = [], time.perf_counter()
    for page in pages:
        try:
            texts.append(way(page))
        except Exception as error:
            texts.append("")
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
    found[name] = {"texts": texts, "seconds": time.perf_counter() - began}
json.dump(found, sys.stdout)
"""


def pages() -> list[Marked]:
    """The pages of this run."""
    recorded = sorted((ROOT / "white-house" / "actions").glob("*.html.xz"))[:_MOST]
    return [
        *written(),
        *(white_house(f"White House {path.name}", lzma.decompress(path.read_bytes())) for path in recorded),
    ]


def ours(marked: Sequence[Marked]) -> dict[str, tuple[list[str], float]]:
    """The main text that tracker finds, and the same with the rest of the page, which it compares too."""
    main, whole = [], []
    began = time.perf_counter()
    for page in marked:
        units = read_page(page.html, "https://www.agency.example.gov/page").units
        output = [unit for unit in units if unit.kind not in (UnitKind.LINK, UnitKind.IMAGE)]
        main.append(" ".join(unit.text for unit in output if not is_rest_of_page(unit.path)))
        whole.append(" ".join(unit.text for unit in output))
    seconds = time.perf_counter() - began
    return {
        "**tracker**, main text": (main, seconds),
        "**tracker**, with the rest of the page": (whole, seconds),
    }


def peers(marked: Sequence[Marked]) -> tuple[dict[str, tuple[list[str], float]], str]:
    """What the others find, and why they could not be asked, empty where they could."""
    venv = Path()
    for name in EXTRACTORS:
        venv, missing = install(name)
        if missing:
            return {}, missing
    with tempfile.TemporaryDirectory() as folder:
        for number, page in enumerate(marked):
            (Path(folder) / f"{number:05}.html").write_bytes(page.html)
        done = subprocess.run(
            [venv / "bin" / "python", "-c", _SCRIPT, folder], capture_output=True, text=True, check=False
        )
    if done.returncode:
        return {}, f"the peers failed: {done.stderr.strip().splitlines()[-1][:200]}"
    found: Mapping[str, Mapping[str, object]] = json.loads(done.stdout)
    return {
        name: ([str(text) for text in each["texts"]], float(str(each["seconds"])))  # type: ignore[attr-defined]
        for name, each in found.items()
    }, ""


def score(text: str, truth: str) -> tuple[float, float]:
    """Which share of the true words was found, and which share of the found words is true."""
    output, meant = Counter(_WORD.findall(text.lower())), Counter(_WORD.findall(truth.lower()))
    both = sum((output & meant).values())
    return (both / meant.total() if meant else 1.0, both / output.total() if output else 0.0)


def row(name: str, texts: Sequence[str], seconds: float, marked: Sequence[Marked]) -> list[str]:
    scores = [score(text, page.truth) for text, page in zip(texts, marked, strict=True)]
    noticed = [
        " ".join(NOTICE.split()) in " ".join(text.split())
        for text, page in zip(texts, marked, strict=True)
        if page.notice
    ]
    recall = statistics.fmean(found for found, _ in scores)
    precision = statistics.fmean(right for _, right in scores)
    return [
        name,
        f"{recall:.3f}",
        f"{min(found for found, _ in scores):.3f}",
        f"{precision:.3f}",
        f"{2 * recall * precision / (recall + precision):.3f}",
        f"{sum(noticed)} of {len(noticed)}",
        f"{1000 * seconds / len(marked):.1f}",
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.main_text")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    wanted = parser.parse_args()
    marked = pages()
    others, missing = peers(marked)
    rows = [
        row(name, texts, seconds, marked) for name, (texts, seconds) in {**ours(marked), **others}.items()
    ]
    recorded = sum(page.name.startswith("White House") for page in marked)
    head = ["found by", "words found", "worst page", "words right", "F1", "notices seen", "ms a page"]
    text = (
        "## Finding the main text\n\n"
        f"{len(marked) - recorded} pages in the shapes of the watched sites (USWDS, Drupal, WordPress, tables), each with and without a "
        f"notice in a paragraph, alert, aside, dialog, accordion or oddly named box, and {recorded} recorded pages of the White House. The "
        "main text was marked by hand. A notice that is not seen is a change that is lost: tracker compares the rest of the page "
        "as well, so that what is not found as main text is still seen.\n\n"
        f"{report.table(head, rows)}"
    )
    if missing:
        text += f"\n\nThe others were not measured: {missing}."
    print(text)
    if wanted.write:
        report.write("main-text", text, command="python -m bench.main_text --write")
    return 0


if __name__ == "__main__":
    sys.exit(main())
