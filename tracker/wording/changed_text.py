"""Headline of a change of text in which no act could be read: what it touched, by name."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.model import Language, LocalizedText, Op
from tracker.terms import eccn_name, place_label, section_name

_SHOWN = 2
_STEP = " › "
_RANK = (Op.ADDED, Op.REMOVED, Op.CHANGED, Op.RENUMBERED, Op.MOVED)
_WORDS = {
    Op.ADDED: ("を追加", "added"),
    Op.REMOVED: ("を削除", "removed"),
    Op.CHANGED: ("を変更", "changed"),
    Op.RENUMBERED: ("の番号を変更", "renumbered"),
    Op.MOVED: ("を移動", "moved"),
}


def change_headline(places: Sequence[tuple[str, Op]], title: str = "") -> LocalizedText:
    """`places`: the paths touched, and how. `ECCN 3B001.c.1(半導体製造装置)を変更、エンティティー・リスト:A社(中国)を追加`.
    What lies within another place of the same kind of change is not named again. `title` is the page's, where the paths
    are headings of a page."""
    by_op: dict[Op, list[str]] = {}
    for path, op in places:
        by_op.setdefault(op, []).append(path)
    ops = sorted(by_op, key=_RANK.index)
    ja = [_names(by_op[op], title, "ja") + _WORDS[op][0] for op in ops]
    en = [f"{_names(by_op[op], title, 'en')} {_WORDS[op][1]}" for op in ops]
    return LocalizedText("、".join(ja), "; ".join(en))


def _names(paths: Sequence[str], title: str, language: Language) -> str:
    names: list[str] = []
    prefix = ""
    outer = [path for path in paths if not any(_within(path, other) for other in paths)]
    for name in dict.fromkeys(_name(path, title, language) for path in outer):
        # Rows of one list: its name once, then the parties.
        head, mark, row = name.partition(":" if language == "ja" else ": ")
        names.append(row if mark and head == prefix else name)
        prefix = head if mark else ""
    more = len(names) - _SHOWN
    if language == "ja":
        return "、".join(names[:_SHOWN]) + (f"ほか{more}件" if more > 0 else "")
    return ", ".join(names[:_SHOWN]) + (f", and {more} more" if more > 0 else "")


def _within(path: str, other: str) -> bool:
    return path != other and path.startswith((other + _STEP, other + "(", other + "."))


def _name(path: str, title: str, language: Language) -> str:
    first = path.split(_STEP, maxsplit=1)[0]
    if section_name(path, language) or eccn_name(first, language):
        return place_label(path, language)
    opening, closing = ("「", "」") if language == "ja" else ("“", "”")
    if title and first == title:
        return f"{opening}{title}{closing}"
    if title:
        link = "の" if language == "ja" else ", "
        return f"{opening}{title}{closing}{link}{opening}{first}{closing}"
    return place_label(path, language)
