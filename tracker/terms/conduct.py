"""Japanese for the conduct that an act is a reaction to."""

from __future__ import annotations

import re

from tracker.countries import countries_in
from tracker.terms.goods import goods_of
from tracker.terms.table import tables

_CAUSES = 2


def conduct_name(words: str, countries: str = "") -> str:
    """The conduct in Japanese, as a noun: "importing Russian oil" with `countries` ロシア is ロシア産石油の輸入. Words that no
    entry covers come back in 「」; empty words as nothing."""
    plain = " ".join(words.split()).strip(" .,;:")
    if not plain:
        return ""
    if re.search(r"[ぁ-んァ-ヶ一-龠]", plain):
        return plain
    lower = plain.lower().replace("’", "'")
    goods = goods_of(plain)
    named = "" if goods.generic else "・".join(goods.names[:2])
    where = countries or "・".join(country.ja for country in countries_in(plain))
    found = []
    for ja, *signs in tables("conduct")["conduct"].values():
        if not any(re.search(rf"(?<![a-z]){re.escape(sign)}", lower) for sign in signs):
            continue
        if "{" not in ja:
            found.append(ja)
        elif named and where:
            return ja.format(country=where, goods=named)
        elif named and "{country}産" in ja:
            return ja.replace("{country}産", "").format(goods=named)
    return "・".join(found[:_CAUSES]) if found else f"「{plain}」"
