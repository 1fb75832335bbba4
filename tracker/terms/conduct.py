"""Japanese for the conduct that an act is a reaction to."""

from __future__ import annotations

import re

from tracker.terms.goods import goods_of
from tracker.terms.table import tables


def conduct_name(words: str, countries: str = "") -> str:
    """The conduct in Japanese, as a noun: "importing Russian oil" with `countries` ロシア is ロシア産石油の輸入. Words that no
    entry covers come back in 「」; empty words as nothing."""
    plain = " ".join(words.split()).strip(" .,;:")
    if not plain:
        return ""
    if re.search(r"[ぁ-んァ-ヶ一-龠]", plain):
        return plain
    lower = plain.lower().replace("’", "'")
    for names in tables("conduct")["conduct"].values():
        ja, *signs = names
        if not any(re.search(rf"(?<![a-z]){re.escape(sign)}", lower) for sign in signs):
            continue
        if "{" not in ja:
            return ja
        goods = goods_of(plain)
        named = "・".join(goods.names[:2]) if not goods.generic else ""
        if countries and named:
            return ja.format(country=countries, goods=named)
    return f"「{plain}」"
