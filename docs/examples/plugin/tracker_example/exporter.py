"""The exporter `csv`: `tracker export --with csv -o FOLDER`."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from tracker.storage.read_queries import ChangeQuery, StoreReader

PAGE = 500


def export(reader: StoreReader, folder: Path) -> Iterator[Path]:
    """Write `changes.csv` and yield it: one row for each change, newest first."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "changes.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(("id", "published", "level", "title", "url"))
        at = 0
        while found := reader.changes(ChangeQuery(limit=PAGE, offset=at)):
            table.writerows(
                (row["id"], row["published"], row["level"], _plain(row["title"]), row["url"]) for row in found
            )
            at += len(found)
    yield path


def _plain(text: str) -> str:
    """The text so that a spreadsheet does not take it for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t"} else text
