"""From items in the order of English to one phrase in the order of Japanese: the head comes last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from tracker.terms.phrase_items import Item, UnknownWordError

_CHANGES = ("改正", "変更", "修正", "改定", "改訂", "訂正", "更新", "見直し", "調整")
_BURDENS = (
    "関税",
    "制裁",
    "制限",
    "規制",
    "措置",
    "要件",
    "許可",
    "税率",
    "禁止",
    "賦課",
    "管理",
    "免除",
    "免税",
    "優遇",
    "除外",
    "例外",
    "支援",
    "補助",
    "調査",
    "課税",
    "影響",
    "効果",
)
_TOWARD = ("対処", "対応", "参加", "違反", "準拠", "適合", "対抗", "依存", "移行", "加盟", "追加", "編入")
_COUNTED = ("事業体", "社", "者", "か国", "企業", "当事者", "個人", "団体")
_UNITS_OF_COUNT = frozenset(["人", "国", "条", "月", "年", "日", "週"])
_ADVERBIAL = {
    "の": "の", "への": "に", "に関する": "に関して", "からの": "から", "における": "において", "との": "と", "による": "により", "に基づく": "に基づき",
    "に対する": "に対して", "を通じた": "を通じて", "としての": "として", "内の": "内で", "中の": "中に", "のための": "のために",
}  # fmt: skip


def compose(items: Sequence[Item]) -> str:
    """Coordinated phrases with heads of their own, else one head with what modifies it."""
    items = [item for item in items if item.part != "drop"]
    for item, following in pairwise(items):
        if item.part in ("p", "to") and following.part in ("c", ",", "p"):
            raise UnknownWordError(
                "a preposition without its noun"
            )  # "additions to and removals from the list"
    items = _with_participles(items)
    while items and items[-1].part in (",", "c", "p", "to"):
        raise UnknownWordError("cut off")
    if not items:
        return ""
    for at in range(1, len(items) - 1):
        if items[at].part not in ("c", ",") or not _own_head(items, at):
            continue
        left = items[:at]
        while left and left[-1].part in (",", "c"):
            left = left[:-1]
        right = items[at + 1 :]
        while right and right[0].part in (",", "c"):
            right = right[1:]
        if left and right:
            return f"{compose(left)}{'及び' if items[at].part == 'c' else '、'}{compose(right)}"
    return _modified(items)


def _own_head(items: Sequence[Item], at: int) -> bool:
    """Whether a new phrase with a head of its own begins after a conjunction: "Addition of A and Revision of B", "Adjusting A and
    Amending B"."""
    right = [item for item in items[at + 1 :] if item.part not in (",", "c")]
    if not right:
        return False
    if items[0].part == "g":
        return right[0].part == "g"
    core, first = core_of(right), core_of(items)
    return (
        len(core) < len(right)
        and right[len(core)].part in ("p", "to")
        and len(first) < at
        and items[len(first)].part in ("p", "to")
        and core[-1].deed
        and first[-1].deed
    )


def _with_participles(items: Sequence[Item]) -> list[Item]:
    """A participle after its noun joins the preposition after it: "actions taken in the investigation" is 調査においてとられた行動."""
    items = [
        item
        for number, item in enumerate(items)
        if not (
            item.part in ("p", "to")
            and number
            and items[number - 1].part == "c"
            and any(each.ja == item.ja and each.part in ("p", "to") for each in items[:number])
        )  # "the stay of A and of B"
    ]
    joined: list[Item] = []
    for number, item in enumerate(items):
        last = joined[-1] if joined else None
        if (
            item.part == "m"
            and joined
            and joined[-1].part == "n"
            and [each.part for each in items[number + 1 : number + 3]] == ["to", "v"]
        ):
            continue  # "actions taken to adjust imports"
        if (
            item.part in ("p", "to")
            and last is not None
            and last.part == "m"
            and len(joined) > 1
            and joined[-2].part in ("n", "count")
            and last.ja.endswith(("た", "る"))
            and item.ja in _ADVERBIAL
        ):
            joined[-1] = Item(_ADVERBIAL[item.ja] + last.ja, "p")
        else:
            joined.append(item)
    return joined


def core_of(items: Sequence[Item]) -> Sequence[Item]:
    end = next((n for n, item in enumerate(items) if item.part in ("p", "to", "c", ",")), len(items))
    return items[: max(end, 1)]


def _modified(items: Sequence[Item]) -> str:
    """One head with its prepositional phrases, the last first."""
    head, rest = _split(items)
    verb = next((n for n, item in enumerate(head) if item.part != "m"), 0)
    if head[verb].part in ("g", "v") and len(head) > verb + 1:
        return _joined([(head[: verb + 1], None), (head[verb + 1 :], Item("の", "p")), *_chunks(rest)])
    return _joined([(head, None), *_chunks(rest)])


def _split(items: Sequence[Item]) -> tuple[Sequence[Item], Sequence[Item]]:
    end = next((n for n, item in enumerate(items) if item.part in ("p", "to")), len(items))
    if end == 0:
        raise UnknownWordError("begins with a preposition")
    return items[:end], items[end:]


def _chunks(items: Sequence[Item]) -> list[tuple[Sequence[Item], Item | None]]:
    """The prepositional phrases in their order, each with its preposition."""
    found: list[tuple[Sequence[Item], Item | None]] = []
    while items:
        preposition, rest = items[0], items[1:]
        if not rest or rest[0].part in ("p", "to", "c", ","):
            raise UnknownWordError("a preposition without its noun")
        if preposition.part == "to" and rest[0].part == "v" and len(rest) > 1:
            return [*found, ((Item(_modified(rest), "n"),), Item("のための", "p"))]
        if rest[0].part == "g":
            return [*found, ((Item(_modified(rest), "n"),), preposition)]
        end = next((n for n, item in enumerate(rest) if item.part in ("p", "to")), len(rest))
        found.append((rest[:end], preposition))
        items = rest[end:]
    return found


def _joined(chunks: Sequence[tuple[Sequence[Item], Item | None]]) -> str:
    words = ""
    for number in range(len(chunks) - 1, -1, -1):
        core, preposition = chunks[number]
        if not core:
            continue
        text = _core(core)
        if preposition is not None:
            before = next((_core(chunks[k][0]) for k in range(number - 1, -1, -1) if chunks[k][0]), "")
            text += _particle(preposition, core[-1], before)
        words += text
    return words


def _particle(preposition: Item, last: Item, head: str) -> str:
    ja = preposition.ja
    if ja == "の" and head.endswith(_TOWARD) and not head.endswith("追加"):
        return "への"
    if preposition.part == "to" and last.day:
        return "までの"
    if ja == "への" and head.endswith(_CHANGES):
        return "の"
    if last.day and ja in ("における", "に関する", "に基づく"):
        return "の"
    if last.day and ja == "を通じた":
        return "までの"
    if ja == "に関する" and re.search(r"\d(?:年|日|か月|週)\Z", last.ja):
        return "間の"
    if ja == "に関する" and re.search(r"\d(?:年|日|か月|週)間の?\Z", last.ja):
        return "の"
    if ja == "に関する" and (head.endswith(_BURDENS) or last.place):
        return "に対する"
    return ja


def _core(items: Sequence[Item]) -> str:
    """Modifiers and nouns put together; a list with 、 and 及び."""
    words = ""
    if items[-1].part in ("c", ","):
        raise UnknownWordError("cut off")
    for number, item in enumerate(items):
        if item.part == "," and number + 1 < len(items) and items[number + 1].part == "c":
            continue
        if item.part in ("count", "year"):
            after = items[number + 1] if number + 1 < len(items) else None
            following = after.ja if after is not None and after.part not in (",", "c") else ""
            if item.part == "year":
                words += f"{item.ja}年" + ("の" if following else "")
            elif (
                following.startswith(_COUNTED)
                or following in _UNITS_OF_COUNT
                or not following
                or (number and items[number - 1].part in ("n", "c"))
            ):
                words += item.ja
            else:
                words += f"{item.ja}件の"
            continue
        if (
            item.part == "m"
            and number
            and items[number - 1].part == "n"
            and item.ja.endswith("された")
            and (number + 1 == len(items) or items[number + 1].part in ("n", "count", "year"))
            and (number + 1 == len(items) or re.match(r"\d", items[number + 1].ja))
        ):
            raise UnknownWordError("a participle without what belongs to it")  # "the emergency declared"
        if item.part == "m" and number + 1 == len(items):
            words += re.sub(r"[のな]\Z", "", item.ja)
            continue
        if (
            item.part == "n"
            and item.place
            and number + 1 < len(items)
            and items[number + 1].part in ("n", "m")
        ):
            words += item.ja if items[number + 1].ja.startswith("制裁規則") else f"{item.ja}の"
            continue
        if item.part == "g" and number and number + 1 < len(items) and items[number - 1].part != "m":
            raise UnknownWordError("a clause")  # "Proclamation 10895 Adjusting Imports of Aluminum"
        words += item.ja
    return words
