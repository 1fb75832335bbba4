"""Figures kept in files beside the benchmarks: saved runs of earlier rules, and what lists gave at first sight."""

from __future__ import annotations

import json
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


def keep_first_sight(name: str, figures: dict[str, float], day: str, path: Path = FIRST_SIGHT) -> bool:
    """Keeps the figures of a list: under `first` the first time, under `after` each later time. Returns whether this was
    the first time: the first figures are never written over."""
    lists = dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}
    first = name not in lists
    if first:
        lists[name] = {"day": day, "first": figures, "after": None}
    else:
        lists[name]["after"] = figures
    _write(path, lists)
    return first


def first_sight_table(path: Path = FIRST_SIGHT) -> str:
    """One row to a list and figure: at first sight, and after the mending that followed."""
    lists = json.loads(path.read_text("utf-8")) if path.exists() else {}
    rows = ["| list | first read | figure | first sight | after mending |", "|---|---|---|---:|---:|"]
    for name, kept in sorted(lists.items(), key=lambda entry: (entry[1]["day"], entry[0])):
        for figure in SHOWN:
            if figure in kept["first"]:
                after = f"{kept['after'][figure]:.3f}" if kept["after"] else ""
                rows.append(f"| {name} | {kept['day']} | {figure} | {kept['first'][figure]:.3f} | {after} |")
    return "\n".join(rows)
