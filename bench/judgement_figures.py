"""Figures kept in files of the benchmarks: saved runs of earlier rules, and what lists gave at first sight."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

Figures = dict[str, dict[str, float]]
HERE = Path(__file__).parent / "data"
SAVED = HERE / "saved_runs.json"
FIRST_SIGHT = HERE / "first_sight.json"
SHOWN = (
    "level right",
    "high or above: recall",
    "high or above: precision",
    "direction right",
    "required topics found",
    "given topics right",
    "country named",
    "goods named",
    "rate named",
    "date named",
)


def saved(path: Path = SAVED) -> dict[str, Figures]:
    """The saved runs by name, each with its figures by list."""
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}


def save(name: str, figures: Figures, path: Path = SAVED) -> None:
    """Keeps the figures of a run under a name; lists measured before under that name stay."""
    runs = saved(path)
    runs[name] = {**runs.get(name, {}), **figures}
    _write(path, runs)


def _write(path: Path, value: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")


@dataclass(frozen=True)
class Sight:
    """What a list gave: figures, how many documents, and each miss in a line."""

    documents: int
    figures: dict[str, float]
    misses: list[str]


def keep_sight(name: str, sight: Sight, day: str, path: Path = FIRST_SIGHT) -> bool:
    """Keeps what a list gave: as `first` the first time, as `after` each later time. Returns whether this was the first
    time: what was seen first is never written over."""
    lists = dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}
    first = name not in lists
    kept = asdict(sight) | {"day": day}
    if first:
        lists[name] = {"first": kept, "after": None}
    else:
        lists[name]["after"] = kept
    _write(path, lists)
    return first


def first_sight_text(path: Path = FIRST_SIGHT) -> str:
    """One row to a list and figure, at first sight and after later corrections; then all misses at first sight."""
    lists = json.loads(path.read_text("utf-8")) if path.exists() else {}
    rows = [
        "| list | documents | first read | figure | first sight | after mending |",
        "|---|---:|---|---|---:|---:|",
    ]
    misses = []
    for name, kept in sorted(lists.items(), key=lambda entry: (entry[1]["first"]["day"], entry[0])):
        first, after = kept["first"], kept["after"]
        for figure in SHOWN:
            if figure in first["figures"]:
                later = f"{after['figures'][figure]:.3f} ({after['day']})" if after else ""
                lead = f"| {name} | {first['documents']} | {first['day']} | {figure}"
                rows.append(f"{lead} | {first['figures'][figure]:.3f} | {later} |")
        misses.append(
            f"### Misses of {name} at first sight\n\n" + "\n".join(f"- {line}" for line in first["misses"])
        )
    return "\n".join(rows) + "\n\n" + "\n\n".join(misses)
