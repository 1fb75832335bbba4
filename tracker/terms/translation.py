"""Japanese for English noun phrases and titles, put together from a dictionary.

English puts the head first and Japanese puts it last: "Adjusting Imports of Timber into the United States" is
「米国への木材の輸入の調整」. A phrase is translated only where every word of it is known, names and numbers apart; otherwise the
answer is empty. The words are data (`words.toml`, `goods.toml`); none is an official translation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from tracker.countries import place_of
from tracker.i18n import format_day
from tracker.terms.table import tables
from tracker.text import NUMBER_WORDS

_LONGEST = 420  # characters
_ASIDE = re.compile(r",? as (?:further )?amended\b(?! by)", re.IGNORECASE)
_SITE = re.compile(r"\s+[–—|]\s+(?:The White House|Bureau of Industry and Security|Federal Register)\s*\Z")
_SEPARATOR = re.compile(r"(\s*[;:]\s+(?:and\s+)?|\s[–—-]\s)")
_SEPARATED = {":": ":", "-": ":", "–": ":", "—": ":"}
_TOKEN = re.compile(
    r"(?P<day>(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{1,2}, \d{4})"
    r"|(?P<month>(?:January|February|March|April|May|June|July|August|September|October|November|December),? \d{4})"
    r"|(?P<numbered>[Nn]os?\. ?\d+(?:\([a-z\d]+\))*)"
    r"|(?P<order>(?:Executive Order|E\.O\.|Proclamation)(?: No\.)? \d{4,5})"
    r"|(?P<section>[Ss]ections? \d{2,4}(?=\W|\Z))"
    r"|(?P<dollars>\$[\d,.]+(?: (?:million|billion))?)"
    r"|(?P<percent>\d+(?:\.\d+)? ?(?:percent|%))"
    r"|(?P<span>\d+[ -](?:day|month|year|hour|week)s?\b)"
    r"|(?P<company>(?:[A-Z][\w.&'’-]*,? ){1,6}(?:Co(?:mpany)?\.?,? Ltd\.?|Ltd\.?|Inc\.?|Corp(?:oration)?\.?|LLC|L\.L\.C\.|GmbH|S\.A\.|N\.V\.|B\.V\.|Co\.)(?=\W|\Z))"
    r"|(?P<word>[A-Za-z][\w’'.&]*(?:[-/][A-Za-z\d][\w’'.]*)*)"
    r"|(?P<number>\d[\d,.]*\w*(?:[-:][\w.]+)*)"
    r"|(?P<comma>,)|(?P<open>[(\[])|(?P<close>[)\]])|(?P<quote>[“”\"])"
)
_DROPPED = frozenset(["the", "a", "an", "its", "their", "our", "his", "this", "these", "those", "such", "thereof", "hereby", "any", "both", "no."])
_CONJUNCTIONS = {"and": "及び", "or": "又は", "&": "・", "and/or": "及び・又は"}
_CLAUSAL = frozenset("same being having that which who whose whom if when where while unless whether is are was were be been being will shall may must can could would should has have had not does do did it they we i you he she there how why what so because although".split())
_PREPOSITIONS: Mapping[str, str] = {
    "of": "の", "to": "への", "into": "への", "onto": "への", "toward": "に向けた", "towards": "に向けた", "for": "に関する", "from": "からの",
    "on": "に関する", "upon": "に関する", "in": "における", "at": "における", "with": "との", "by": "による", "under": "に基づく", "against": "に対する",
    "through": "を通じた", "via": "を通じた", "between": "間の", "among": "間の", "as": "としての", "within": "内の", "without": "のない", "across": "を越える",
    "about": "に関する", "regarding": "に関する", "concerning": "に関する", "involving": "に関わる", "affecting": "に影響する", "including": "を含む",
    "pursuant to": "に基づく", "related to": "に関する", "relating to": "に関する", "with respect to": "に関する", "with regard to": "に関する",
    "in connection with": "に関連する", "in relation to": "に関する", "in response to": "に対応する", "in support of": "を支援する", "due to": "による",
    "because of": "による", "subject to": "の対象となる", "other than": "以外の", "except for": "を除く", "except": "を除く", "excluding": "を除く", "after": "後の", "following": "後の", "before": "前の",
    "prior to": "前の", "during": "中の", "until": "までの", "over": "に関する", "around": "に関する", "outside": "外の", "based on": "に基づく", "destined for": "向けの",
    "originating in": "原産の", "located in": "所在の", "consistent with": "に沿った", "used in": "に用いる", "used for": "に用いる", "for use in": "に用いる",
    "capable of": "が可能な", "as a result of": "の結果としての", "on behalf of": "のための", "made of": "製の", "made from": "製の", "made in": "製の", "applicable to": "に適用される", "as amended by": "により改正された",
    "in light of": "を踏まえた", "along with": "及び", "together with": "及び", "as well as": "及び",
}  # fmt: skip
_LONGEST_PREPOSITION = 4
# After a word for a change, "to" names what is changed; after one for a burden, "on" and "for" name who bears it.
_CHANGES = ("改正", "変更", "修正", "改定", "改訂", "訂正", "更新", "見直し", "調整")
_BURDENS = ("関税", "制裁", "制限", "規制", "措置", "要件", "許可", "税率", "禁止", "賦課", "管理", "免除", "免税", "優遇", "除外", "例外", "支援", "補助", "調査", "課税", "影響", "効果")
_TOWARD = ("対処", "対応", "参加", "違反", "準拠", "適合", "対抗", "依存", "移行", "加盟", "追加", "編入")
_SUFFIXES = {
    "related": "関連の", "based": "を拠点とする", "made": "製の", "origin": "原産の", "owned": "所有の", "specific": "固有の", "free": "不要の",
    "controlled": "支配下の", "wide": "全体の", "designed": "設計の", "produced": "産の", "built": "建造の", "affiliated": "系列の", "intensive": "集約型の", "powered": "搭載の", "enabled": "対応の",
    "flagged": "船籍の", "type": "型の", "level": "水準の", "use": "用の", "grade": "級の", "containing": "を含有する", "headquartered": "に本社を置く", "term": "期の",
}  # fmt: skip
_PREFIXES = {"non": "非", "anti": "反", "re": "再", "pre": "事前の", "post": "事後の", "multi": "多", "co": "共同", "sub": "準", "semi": "半", "bi": "二", "cross": "越境の"}
_COUNTED = ("事業体", "社", "者", "人", "か国", "国", "企業", "当事者", "個人", "団体", "条", "月", "年", "日", "週")
_UNITS = {"day": "日間", "month": "か月", "year": "年間", "hour": "時間", "week": "週間"}
_SCALE = {"million": "100万", "billion": "10億"}
_MODIFIER_AFTER = ("の", "な", "た", "る", "い", "用", "済み")


@dataclass(frozen=True, slots=True)
class _Item:
    """One word or fixed phrase: its Japanese, and its part: `n` noun, `m` modifier, `g` gerund (an action with an object), `v` base
    form of a verb, `p` preposition, `c` conjunction, `,` comma, `to` the word "to"."""

    ja: str
    part: str
    place: bool = False
    day: bool = False
    deed: bool = False  # a noun for an action: "addition", "revision", "request for comments"


class _UnknownWord(Exception):
    """A word that the dictionary does not have, or a clause that is no noun phrase."""


@lru_cache(maxsize=4_096)
def phrase_ja(words: str) -> str:
    """A noun phrase or a title in Japanese; empty where a word of it is unknown or it is a sentence."""
    plain = _ASIDE.sub("", _SITE.sub("", " ".join(words.split()))).strip(" .")
    if not plain or len(plain) > _LONGEST:
        return ""
    try:
        joined = "".join(
            _SEPARATED.get(part.strip(), ";") if number % 2 else _phrase(tuple(_items(part)))
            for number, part in enumerate(_SEPARATOR.split(plain))
        )
    except _UnknownWord:
        return ""
    return joined if re.search(r"[ぁ-んァ-ヶ一-龠]", joined) else ""


@lru_cache(maxsize=4_096)
def names_action(words: str) -> bool:
    """Whether a title or phrase says what is done: its head is a gerund or a noun for an action ("Additions to the Entity List")."""
    plain = _ASIDE.sub("", _SITE.sub("", " ".join(words.split()))).strip(" .")
    try:
        items = [item for item in _items(_SEPARATOR.split(plain)[0]) if item.part != "drop"]
    except _UnknownWord:
        return False
    core = [item for item in _until_preposition(items) if item.part != "m"] if items else []
    return bool(core) and (core[0].part == "g" or core[-1].deed)


# --- words to items ------------------------------------------------------------------------------------


def _items(text: str) -> Iterator[_Item]:
    tokens = [(match.lastgroup or "", match[0]) for match in _TOKEN.finditer(text)]
    sentence_case = _is_sentence_case(text)
    at = 0
    while at < len(tokens):
        kind, raw = tokens[at]
        if kind == "open":
            close = next((n for n in range(at, len(tokens)) if tokens[n][0] == "close"), len(tokens))
            at = close + 1  # an abbreviation, a number or an aside: the phrase is whole without it
            continue
        if kind in ("quote", "close"):
            at += 1
            continue
        if kind == "comma":
            yield _Item("、", ",")
            at += 1
            continue
        if kind not in ("word",):
            yield _fact(kind, raw)
            at += 1
            continue
        found, length = _longest(tokens, at)
        if found is not None:
            if found.part != "drop":
                yield found
            at += length
            continue
        yield _word(raw, first=at == 0, sentence_case=sentence_case, after=tokens[at + 1] if at + 1 < len(tokens) else ("", ""), before=tokens[at - 1][1].lower() if at else "")
        at += 1


def _is_sentence_case(text: str) -> bool:
    words = re.findall(r"[A-Za-z]{4,}", text)
    return sum(word[0].islower() for word in words) > len(words) / 2


def _fact(kind: str, raw: str) -> _Item:
    if kind == "day":
        try:
            return _Item(format_day(datetime.strptime(raw, "%B %d, %Y").date(), "ja"), "n", day=True)
        except ValueError as error:  # "February 30, 2027"
            raise _UnknownWord(raw) from error
    if kind == "month":
        month = datetime.strptime(raw.replace(",", ""), "%B %Y")
        return _Item(f"{month.year}年{month.month}月", "n", day=True)
    if kind == "numbered":
        return _Item(f"第{re.sub(r'^.*? ?(?=[0-9])', '', raw)}号", "n")
    if kind == "order":
        number = re.findall(r"\d+", raw)[-1]
        return _Item(f"大統領令第{number}号" if raw.startswith("E") else f"大統領布告第{number}号", "n")
    if kind == "section":
        return _Item(re.sub(r"\D+", "", raw) + "条", "n")
    if kind == "percent":
        return _Item(re.sub(r" ?(?:percent|%)", "%", raw), "n")
    if kind == "dollars":
        for scale, words in _SCALE.items():
            if raw.endswith(scale):
                return _Item(f"{raw[1:].split()[0]}×{words}ドル" if not raw[1:].split()[0].replace(",", "").isdigit() else _scaled(raw[1:].split()[0], scale), "n")
        return _Item(f"{raw[1:].rstrip('.')}ドル", "n")
    if kind == "span":
        number, unit = re.split(r"[ -]", raw)
        return _Item(f"{number}{_UNITS[unit.rstrip('s')]}", "n")
    number = raw.rstrip("., ")
    if re.fullmatch(r"(?:19|20)\d\d", number):
        return _Item(number, "year")
    return _Item(number, "count" if number.isdigit() else "n")


def _scaled(number: str, scale: str) -> str:
    value = int(number.replace(",", "")) * (10**6 if scale == "million" else 10**9)
    return f"{value // 10**8}億ドル" if value % 10**8 == 0 else f"{value // 10**4:,}万ドル"


def _longest(tokens: Sequence[tuple[str, str]], at: int) -> tuple[_Item | None, int]:
    """The longest entry of several words that begins here: a preposition, a place, a fixed phrase, goods."""
    words = []
    for kind, raw in tokens[at : at + _phrases()[1]]:
        if kind != "word":
            break
        words.append(raw.lower().replace("’", "'"))
    for length in range(len(words), 0, -1):
        joined = " ".join(words[:length])
        if joined in _PREPOSITIONS and (length > 1 or joined != "to"):
            return _Item(_PREPOSITIONS[joined], "p"), length
        named = " ".join(raw for _, raw in tokens[at : at + length])
        owner = re.sub(r"['’]s?\Z", "", named)
        place = place_of(named) or place_of(owner)
        if place is not None:
            return (_Item(place.ja, "n", place=True) if place_of(named) else _Item(f"{place.ja}の", "m")), length
        folded = tuple(_singular(word) for word in words[:length])
        entry = _phrases()[0].get(folded)
        if entry is not None and (length > 1 or not _has_word(words[0])):
            return _Item(entry, "n", deed=_is_deed(folded[-1])), length
    return None, 0


def _has_word(word: str) -> bool:
    book = _words()
    return any(form in book[table] for table in ("noun", "modifier", "action") for form in (word, _singular(word)))


def _word(raw: str, *, first: bool, sentence_case: bool, after: tuple[str, str], before: str) -> _Item:
    lower = raw.lower().replace("’", "'").rstrip(".")
    owner = lower.endswith("'s") or lower.endswith("s'")
    lower = re.sub(r"'s?$", "", lower)
    book = _words()
    if lower in _DROPPED:
        return _Item("", "drop")
    if lower in _CONJUNCTIONS:
        return _Item(_CONJUNCTIONS[lower], "c")
    if lower == "to":
        return _Item("への", "to")
    if lower in _CLAUSAL:
        raise _UnknownWord(lower)
    if lower in NUMBER_WORDS:
        return _Item(str(NUMBER_WORDS[lower]), "count")
    item = _known(lower, before=before, noun_follows=after[0] == "word" and after[1].lower() not in (*_CONJUNCTIONS, *_PREPOSITIONS, "to"))
    if item is None and "-" in lower:
        item = _hyphenated(lower)
    if item is None and (raw.isupper() and len(raw) > 1 or re.search(r"\d|[a-z][A-Z]", raw) or (sentence_case and raw[0].isupper() and not first)):
        item = _Item(raw.rstrip("."), "n")
    if item is None:
        raise _UnknownWord(lower)
    return _Item(f"{item.ja}の", "m") if owner and item.part == "n" else item


def _known(lower: str, *, before: str = "", noun_follows: bool = False) -> _Item | None:
    nouns, modifiers, actions = (_words()[table] for table in ("noun", "modifier", "action"))
    single = _singular(lower)
    if before == "to" and lower in actions and (noun_follows or lower not in nouns):
        return _Item(actions[lower][0], "v")
    if lower in modifiers and (noun_follows or (lower not in nouns and single not in nouns)):
        return _Item(modifiers[lower][0], "m")
    base = next((form for form in _bases(lower, "ing") if form in actions), "")
    if base and lower not in nouns:
        return _Item(actions[base][0], "g")
    for form in (lower, single):
        if form in nouns:
            return _Item(nouns[form][0], "n", deed=_is_deed(form))
    if lower in modifiers:
        return _Item(modifiers[lower][0], "m")
    base = next((form for form in _bases(lower, "ed") if form in actions), "")
    if base:
        return _Item(f"{actions[base][0]}された", "m")
    if lower in actions:
        return _Item(actions[lower][0], "n", deed=True)
    entry = _phrases()[0].get((single,))
    return _Item(entry, "n") if entry else None


def _bases(word: str, ending: str) -> tuple[str, ...]:
    if not word.endswith(ending) or len(word) <= len(ending) + 2:
        return ()
    stem = word[: -len(ending)]
    doubled = (stem[:-1],) if stem[-1] == stem[-2] else ()
    changed = (f"{stem[:-1]}y",) if ending == "ed" and stem.endswith("i") else ()
    return (stem, f"{stem}e", *doubled, *changed)


def _hyphenated(lower: str) -> _Item | None:
    head, _, tail = lower.partition("-")
    if head in NUMBER_WORDS and tail in NUMBER_WORDS:
        return _Item(str(NUMBER_WORDS[head] + NUMBER_WORDS[tail]), "count")
    first, second = place_of(head.upper()) or place_of(head.title()), place_of(tail.title())
    if first and second:
        return _Item(f"{first.ja}・{second.ja}", "n", place=True)
    if head in NUMBER_WORDS and tail in _UNITS:
        return _Item(f"{NUMBER_WORDS[head]}{_UNITS[tail]}の", "m")
    front, _, last = lower.rpartition("-")
    if last in _SUFFIXES:
        place = place_of(front) or place_of(front.upper()) or place_of(front.title())
        known = _known(front)
        words = place.ja if place else known.ja if known else ""
        return _Item(f"{words}{_SUFFIXES[last]}", "m") if words else None
    if head in _PREFIXES:
        inner = _known(tail, noun_follows=True)
        return _Item(_PREFIXES[head] + inner.ja, inner.part) if inner else None
    parts = [_known(part, noun_follows=number == 0) for number, part in enumerate(lower.split("-"))]
    if all(part is not None for part in parts):
        return _Item("".join(part.ja for part in parts if part), "n")
    return None


# --- items to Japanese -----------------------------------------------------------------------------------


def _phrase(items: Sequence[_Item]) -> str:
    """Coordinated phrases with heads of their own, else one head with what modifies it."""
    items = _with_participles([item for item in items if item.part != "drop"])
    while items and items[-1].part in (",", "c", "p", "to"):
        raise _UnknownWord("cut off")
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
            return f"{_phrase(left)}{'及び' if items[at].part == 'c' else '、'}{_phrase(right)}"
    return _modified(items)


def _own_head(items: Sequence[_Item], at: int) -> bool:
    """Whether a new phrase with a head of its own begins after a conjunction: "Addition of A and Revision of B", "Adjusting A and
    Amending B"."""
    right = [item for item in items[at + 1 :] if item.part not in (",", "c")]
    if not right:
        return False
    if items[0].part == "g":
        return right[0].part == "g"
    core, first = _until_preposition(right), _until_preposition(items)
    return (
        len(core) < len(right)
        and right[len(core)].part in ("p", "to")
        and len(first) < at
        and items[len(first)].part in ("p", "to")
        and core[-1].deed
        and first[-1].deed
    )


_ADVERBIAL = {
    "の": "の", "への": "に", "に関する": "に関して", "からの": "から", "における": "において", "との": "と", "による": "により", "に基づく": "に基づき",
    "に対する": "に対して", "を通じた": "を通じて", "としての": "として", "内の": "内で", "中の": "中に", "のための": "のために",
}  # fmt: skip


def _with_participles(items: Sequence[_Item]) -> list[_Item]:
    """A participle after its noun joins the preposition after it: "actions taken in the investigation" is 調査においてとられた行動."""
    joined: list[_Item] = []
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
            joined[-1] = _Item(_ADVERBIAL[item.ja] + last.ja, "p")
        else:
            joined.append(item)
    return joined


def _until_preposition(items: Sequence[_Item]) -> Sequence[_Item]:
    end = next((n for n, item in enumerate(items) if item.part in ("p", "to", "c", ",")), len(items))
    return items[: max(end, 1)]


def _modified(items: Sequence[_Item]) -> str:
    """One head with its prepositional phrases, the last first."""
    head, rest = _split(items)
    verb = next((n for n, item in enumerate(head) if item.part != "m"), 0)
    if head[verb].part in ("g", "v") and len(head) > verb + 1:
        return _joined([(head[: verb + 1], None), (head[verb + 1 :], _Item("の", "p")), *_chunks(rest)])
    return _joined([(head, None), *_chunks(rest)])


def _split(items: Sequence[_Item]) -> tuple[Sequence[_Item], Sequence[_Item]]:
    end = next((n for n, item in enumerate(items) if item.part in ("p", "to")), len(items))
    if end == 0:
        raise _UnknownWord("begins with a preposition")
    return items[:end], items[end:]


def _chunks(items: Sequence[_Item]) -> list[tuple[Sequence[_Item], _Item | None]]:
    """The prepositional phrases in their order, each with its preposition."""
    found: list[tuple[Sequence[_Item], _Item | None]] = []
    while items:
        preposition, rest = items[0], items[1:]
        if not rest or rest[0].part in ("p", "to", "c", ","):
            raise _UnknownWord("a preposition without its noun")
        if preposition.part == "to" and rest[0].part == "v" and len(rest) > 1:
            return [*found, ((_Item(_modified(rest), "n"),), _Item("のための", "p"))]
        if rest[0].part == "g":
            return [*found, ((_Item(_modified(rest), "n"),), preposition)]
        end = next((n for n, item in enumerate(rest) if item.part in ("p", "to")), len(rest))
        found.append((rest[:end], preposition))
        items = rest[end:]
    return found


def _joined(chunks: Sequence[tuple[Sequence[_Item], _Item | None]]) -> str:
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


def _particle(preposition: _Item, last: _Item, head: str) -> str:
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


def _core(items: Sequence[_Item]) -> str:
    """Modifiers and nouns put together; a list with 、 and 及び."""
    words = ""
    for number, item in enumerate(items):
        if item.part == "," and number + 1 < len(items) and items[number + 1].part == "c":
            continue
        if item.part in ("count", "year"):
            following = items[number + 1].ja if number + 1 < len(items) else ""
            if item.part == "year":
                words += f"{item.ja}年" + ("の" if following else "")
            elif following.startswith(_COUNTED) or not following or (number and items[number - 1].part in ("n", "c")):
                words += item.ja
            else:
                words += f"{item.ja}件の"
            continue
        if item.part == "m" and number + 1 == len(items) and number and items[number - 1].part == "n" and item.ja.endswith("された"):
            raise _UnknownWord("a participle without what belongs to it")  # "the emergency declared"
        if item.part == "m" and number + 1 == len(items):
            words += re.sub(r"[のな]\Z", "", item.ja)
            continue
        if item.part == "n" and item.place and number + 1 < len(items) and items[number + 1].part in ("n", "m"):
            words += f"{item.ja}の"
            continue
        if item.part == "g" and number and number + 1 < len(items) and items[number - 1].part != "m":
            raise _UnknownWord("a clause")  # "Proclamation 10895 Adjusting Imports of Aluminum"
        words += item.ja
    return words


# --- the dictionary ----------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _words() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    return tables("words")


_DEED = re.compile(r"(?:tion|sion|ment|al|ance|ence|ure|ing|update|request|notice|list|review|delay|waiver|stay|lifting)\Z")


def _is_deed(word: str) -> bool:
    return word in _words()["action"] or _DEED.search(word) is not None


@lru_cache(maxsize=1)
def _phrases() -> tuple[dict[tuple[str, ...], str], int]:
    """Fixed phrases and goods by their words in the singular, and the length of the longest."""
    found: dict[tuple[str, ...], str] = {}
    for table, entries in tables("goods").items():
        for key, names in entries.items():
            if table != "generic" or len(key.split()) > 1:
                found[tuple(_singular(word) for word in key.lower().split())] = names[0]
    law = tables("law_terms")
    named = [(name, names[2]) for names in law["agencies"].values() for name in names[4:]]
    named += [(name, names[0]) for names in law["lists"].values() for name in names[2:]]
    named += [(name, names[0]) for names in law["legal-bases"].values() for name in names[1:]]
    named += [(key, names[0]) for key, names in law["review-policies"].items()]
    for key, ja in named:
        found[tuple(_singular(word) for word in re.findall(r"[\w.'-]+", key.lower()))] = ja
    for key, names in _words()["phrase"].items():
        found[tuple(_singular(word) for word in key.lower().replace("’", "'").split())] = names[0]
    return found, max(max(len(key) for key in found), _LONGEST_PREPOSITION)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 4 and word.endswith(("sses", "ches", "shes", "xes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def leading_phrase(words: str, least: int) -> str:
    """The longest beginning of `words` that is one noun phrase and can be translated, at least `least` characters long; else empty."""
    return _cut(words, least, from_start=True)


def trailing_phrase(words: str, least: int) -> str:
    """The longest end of `words` that is one noun phrase and can be translated, at least `least` characters long; else empty."""
    return _cut(words, least, from_start=False)


_CLAUSE_END = re.compile(
    r"[.;:](?=\s|\Z)|,? (?:which|that|who|whose|if|when|where|unless|while|whether|is|are|shall|will|would|may|must|has|have|was|were|effective|pursuant|provided|beginning|entered|so|in order|on or after)\b|,? (?:and|or|by|to) (?:\w+ly )?(?=[a-z]+(?:ing|s) (?:the|a|an|certain|any|all|its|their)\b)"
)
_CLAUSE_START = re.compile(
    r"[.;:,]\s|\((?:[a-z\d]{1,4}|[ivx]+)\)\s|\b(?:that|which|who|if|when|where|unless|while|and the|whether)\s|^(?:For|On|In|Of|Under)\s"
)
_CUT = re.compile(r"\s(?=(?:of|to|for|from|on|in|by|with|under|at|as|through|against|into|and|or|related|relating|regarding|concerning)\b)|(?=,\s)|(?=\s\()")


_ANAPHORA = re.compile(r"\b(?:this|that|these|those|such|said) (?:order|section|proclamation|rule|notice|subsection|clause|paragraph|memorandum|document)\b|\b(?:sub)?section \(|\bU\.S\.C\b|\bclause\b|\bsubdivision\b", re.IGNORECASE)
_MOST_WORDS = 18


def _cut(words: str, least: int, *, from_start: bool) -> str:
    phrase = _longest_phrase(words, least, from_start=from_start)
    return "" if _ANAPHORA.search(phrase) or len(phrase.split()) > _MOST_WORDS else phrase


def _longest_phrase(words: str, least: int, *, from_start: bool) -> str:
    if from_start:
        end = next((match.start() for match in _CLAUSE_END.finditer(words) if match.start() >= least), len(words))
        for at in sorted({end, *(match.start() for match in _CUT.finditer(words, 0, end))}, reverse=True):
            piece = words[:at].strip(" ,")
            if at >= least and piece and phrase_ja(piece):
                return piece
        return ""
    starts = [match.end() for match in _CLAUSE_START.finditer(words) if len(words) - match.end() >= least]
    for at in [0, *starts]:
        piece = words[at:].strip(" ,")
        if piece and len(words) - at >= least and phrase_ja(piece):
            return piece
    return ""
