"""Headline of a change of text in which no act could be read: what it touched, by name."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.citations import parse_cfr
from tracker.model import LocalizedText, Op
from tracker.terms import place_label

_SHOWN = 2
_RANK = (Op.ADDED, Op.REMOVED, Op.CHANGED, Op.RENUMBERED, Op.MOVED)
_WORDS = {
    Op.ADDED: ("追加", "added"),
    Op.REMOVED: ("削除", "removed"),
    Op.CHANGED: ("変更", "changed"),
    Op.RENUMBERED: ("番号を変更", "renumbered"),
    Op.MOVED: ("移動", "moved"),
}


def change_headline(places: Sequence[tuple[str, Op]], title: str = "") -> LocalizedText:
    """`places`: the paths touched, and how. `ECCN 3B001.c.1(半導体製造装置)を変更、エンティティー・リスト:A社(中国)を追加`.
    The same section is named once; `title` is the page's, where the paths are headings of a page."""
    by_op: dict[Op, dict[tuple[str, str], None]] = {}
    for path, op in places:
        name = (place_label(path, "ja"), place_label(path, "en"))
        if title and parse_cfr(path) is None and name[0] == path:
            first = path.split(" › ")[0]
            name = (
                (f"「{title}」の{first}", f"“{title}”, {first}")
                if first != title
                else (f"「{title}」", f"“{title}”")
            )
        by_op.setdefault(op, {})[name] = None
    ja, en = [], []
    for op in sorted(by_op, key=_RANK.index):
        names = list(by_op[op])
        more = len(names) - _SHOWN
        word = _WORDS[op]
        particle = "の" if op is Op.RENUMBERED else "を"
        ja.append(
            "、".join(name for name, _ in names[:_SHOWN])
            + (f"ほか{more}か所" if more > 0 else "")
            + f"{particle}{word[0]}"
        )
        en.append(
            ", ".join(name for _, name in names[:_SHOWN])
            + (f", and {more} more" if more > 0 else "")
            + f" {word[1]}"
        )
    return LocalizedText("、".join(ja), "; ".join(en))
