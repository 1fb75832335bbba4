"""Describes the operations in one sentence, in Japanese and in English.

    15 CFR 744.21: (a), (b)(2), (c) changed, (f) added, (f)-(h) became (g)-(i); ...
    Supp. No. 4 to Part 744: 2 parties added under CHINA, 1 under JAPAN.

The law is quoted, never translated: the sentence ends with the most significant words as printed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tracker.countries import countries_in
from tracker.locations import ANNEXES_OF_PAGE, REST_OF_PAGE, WHOLE_TEXT
from tracker.model import LocalizedText, Op, Operation, UnitKind
from tracker.text import fold_space

_SEPARATOR = " › "
_SECTION = re.compile(r"^(?P<place>.*?\d[\w.-]*)(?P<local>\(.*)$")
_LAST = re.compile(r"\([^()]+\)$|[\w-]+\.?$")
_NAMED = 4  # units that are named; the rest is counted
_PLACES = 3
_RUNS = 3
_QUOTE = 160
_NEAR = 30
_READ = 2000  # characters of an edit that are examined for their meaning
_PARTIES = re.compile(r"^Supp\. No\. [467] to Part 744\b")

_WEIGHTY = re.compile(
    r"\b(?:not|no|nor|except|unless|only|prohibit\w*|denial|denied|requir\w+|licen[cs]\w+|must|shall|may|stay\w*|"
    r"suspend\w*|expir\w*|effective|percent|presumption|presumed|ineligible|eligible)\b|禁止|許可|停止|期限|要件",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_KIND_WEIGHT = {
    UnitKind.HEADING: -2.0,
    UnitKind.AUTHORITY: -4.0,
    UnitKind.CITATION: -4.0,
    UnitKind.EDITORIAL_NOTE: -6.0,
}


# Names of the kinds of units, in the order of the sentence: (one, many, Japanese with its counter).
_NOUNS: dict[UnitKind, tuple[str, str, str]] = {
    UnitKind.HEADING: ("heading", "headings", "見出し{}件"),
    UnitKind.PARAGRAPH: ("paragraph", "paragraphs", "{}段落"),
    UnitKind.ECCN: ("ECCN heading", "ECCN headings", "ECCN見出し{}件"),
    UnitKind.ITEM: ("item", "items", "{}項目"),
    UnitKind.NOTE: ("note", "notes", "注{}件"),
    UnitKind.EFFECTIVE_NOTE: ("effective date note", "effective date notes", "効力に関する注記{}件"),
    UnitKind.INSTRUCTION: ("instruction", "instructions", "改正指示{}件"),
    UnitKind.LINK: ("link target", "link targets", "リンク先{}件"),
    UnitKind.IMAGE: ("image", "images", "画像{}件"),
    UnitKind.AUTHORITY: ("authority line", "authority lines", "根拠法令{}件"),
    UnitKind.CITATION: ("source line", "source lines", "出典表示{}件"),
    UnitKind.EDITORIAL_NOTE: ("editorial note", "editorial notes", "編集注{}件"),
}


@dataclass
class _Place:
    """The operations in one section, table or page."""

    name: str
    units: dict[UnitKind, dict[Op, list[str]]] = field(default_factory=dict)
    runs: list[_Run] = field(default_factory=list)
    rows: dict[Op, Counter[str]] = field(default_factory=dict)
    parties: bool = False

    def note(self, kind: UnitKind, op: Op, name: str) -> None:
        self.units.setdefault(kind, {}).setdefault(op, []).append(name)

    def in_order(self) -> list[tuple[UnitKind, Op, list[str]]]:
        """Return the units by kind and operation, in the order of the sentence."""
        return [
            (kind, op, self.units[kind][op])
            for kind in _NOUNS
            if kind in self.units
            for op in (Op.CHANGED, Op.ADDED, Op.REMOVED)
            if op in self.units[kind]
        ]


@dataclass
class _Run:
    """Siblings that were redesignated, or moved, together."""

    op: Op
    old: list[str]
    new: list[str]
    leader: str  # the cause of the shift, and its operation
    pushed: Op | None


def summarize(operations: Sequence[Operation]) -> LocalizedText:
    """Return the summary of the operations. Editorial ones are counted only when there is nothing else."""
    weighty = [op for op in operations if not op.editorial]
    if not weighty:
        count = sum(op.before != op.after for op in operations)
        if not count and operations:
            return LocalizedText(
                "順序のみの相違。法文の変更なし。", "Only the order differs; no change of the law's words."
            )
        if not count:
            return LocalizedText("相違なし。", "No difference.")
        place = "place" if count == 1 else "places"
        return LocalizedText(
            f"句読点・表記のみの相違({count}か所)。法文の変更なし。",
            f"Only punctuation and typography differ ({count} {place}); no change of the law's words.",
        )
    places = _places(weighty)
    en = [_english(place) for place in places[:_PLACES]]
    ja = [_japanese(place) for place in places[:_PLACES]]
    more = len(places) - _PLACES
    if more > 0:
        en.append(f"and {more} more {'place' if more == 1 else 'places'}")
        ja.append(f"ほか{more}か所")
    before, after = _most_significant(weighty)
    return LocalizedText(
        "。".join(ja) + "。" + _quote_ja(before, after), "; ".join(en) + "." + _quote_en(before, after)
    )


def split_path(path: str) -> tuple[str, str]:
    """Split `15 CFR 744.21(b)(2)` into (`15 CFR 744.21`, `(b)(2)`); `Supp. No. 4 to Part 744 › JAPAN › X` into
    (`Supp. No. 4 to Part 744`, `JAPAN › X`). The second is empty for a section or page itself.
    """
    head, separator, tail = path.partition(_SEPARATOR)
    if separator:
        return head, tail
    found = _SECTION.match(path)
    if found:
        return found["place"], found["local"]
    place, ordinal, number = path.rpartition(" ¶")
    return (place, f"¶{number}") if ordinal else (path, "")


# --- collecting


def _places(operations: Iterable[Operation]) -> list[_Place]:
    operations = list(operations)
    movers = {op.path for op in operations if op.op in (Op.MOVED, Op.RENUMBERED)}
    causes = {op.path: op.op for op in operations if op.op in (Op.ADDED, Op.REMOVED)}
    places: dict[str, _Place] = {}
    for op in operations:
        name, local = split_path(op.path)
        place = places.setdefault(name, _Place(name, parties=bool(_PARTIES.match(name))))
        if op.kind is UnitKind.ROW:
            above = local.rpartition(_SEPARATOR)[0].rpartition(_SEPARATOR)[2]
            place.rows.setdefault(op.op, Counter())[above] += 1
        elif op.op in (Op.MOVED, Op.RENUMBERED):
            _redesignated(op, local, place, movers, causes)
        else:
            place.note(op.kind, op.op, _short(local) or name)
    return list(places.values())


def _redesignated(
    op: Operation, local: str, place: _Place, movers: set[str], causes: Mapping[str, Op]
) -> None:
    leader = op.follows or ""
    led = leader in movers and leader != op.path and op.path.startswith(leader)
    words_differ = any(kind != "equal" for kind, _ in op.spans[_markers(op) :])
    if words_differ:
        place.note(op.kind, Op.CHANGED, _short(local) or op.path)
    if led:
        return  # included with its parent
    old_place, old_local = split_path(op.from_path or op.path)
    old = _short(old_local) if old_place == place.name else op.from_path or ""
    new = _short(local) or op.path
    last = place.runs[-1] if place.runs else None
    if (
        last is not None
        and last.op is op.op is Op.RENUMBERED
        and last.leader == leader
        and _siblings(last.new[-1], new)
        and _siblings(last.old[-1], old)
    ):
        last.old.append(old)
        last.new.append(new)
    else:
        place.runs.append(_Run(op.op, [old or op.path], [new], leader, causes.get(leader)))


def _markers(op: Operation) -> int:
    """Return how many spans at the start are the designator only."""
    if op.spans[:1] and op.spans[0][0] == "delete" and len(op.spans) > 1 and op.spans[1][0] == "insert":
        return 2 if max(len(op.spans[0][1]), len(op.spans[1][1])) <= 12 else 0
    return 0


def _siblings(first: str, second: str) -> bool:
    return _LAST.sub("", first) == _LAST.sub("", second)


def _short(local: str) -> str:
    return local if len(local) <= 60 else local[:59].rstrip() + "…"


# --- wording


def _named(names: list[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return f"{shown}, …" if len(names) > _NAMED else shown


def _are_labels(names: list[str]) -> bool:
    """Return whether these are few labels of paragraphs, `(b)(2)`, which need no noun and no count."""
    return len(names) <= _NAMED and all(name.startswith("(") for name in names)


def _bracketed(names: list[str]) -> str:
    """Return the names in brackets; labels of paragraphs have round ones already: `[(a), (b)(2), …]`."""
    shown = _named(names)
    return f"[{shown}]" if shown.startswith("(") else f"({shown})"


def _range(names: list[str], dash: str = "-") -> str:
    return names[0] if len(names) == 1 else f"{names[0]}{dash}{names[-1]}"


# The names of ours, where the source prints none.
_PLACES_JA = {WHOLE_TEXT: "本文", REST_OF_PAGE: "ページのその他の部分", ANNEXES_OF_PAGE: "付属文書"}
_VERB_EN = {
    Op.CHANGED: "changed",
    Op.ADDED: "added",
    Op.REMOVED: "removed",
    Op.MOVED: "moved",
    Op.RENUMBERED: "redesignated",
}
_VERB_JA = {
    Op.CHANGED: "変更",
    Op.ADDED: "追加",
    Op.REMOVED: "削除",
    Op.MOVED: "移動",
    Op.RENUMBERED: "改番",
}


def _english(place: _Place) -> str:
    parts: list[str] = []
    last = None
    for kind, op, names in place.in_order():
        if _are_labels(names):
            parts.append(f"{', '.join(names)} {_VERB_EN[op]}")
            last = None
            continue
        one, many, _ = _NOUNS[kind]
        noun = "" if kind is last else f" {one if len(names) == 1 else many}"
        own = "" if names == [place.name] else f" {_bracketed(names)}"
        parts.append(f"{len(names)}{noun} {_VERB_EN[op]}{own}")
        last = kind
    for run in place.runs[:_RUNS]:
        verb = "moved to" if run.op is Op.MOVED else "became"
        if run.op is Op.MOVED and run.old == run.new:
            parts.append(f"{_range(run.new)} moved")
        else:
            parts.append(f"{_range(run.old)} {verb} {_range(run.new)}")
    if len(place.runs) > _RUNS:
        more = sum(len(run.new) for run in place.runs[_RUNS:])
        parts.append(f"{more} more redesignated")
    one, many = ("party", "parties") if place.parties else ("row", "rows")
    for op, tables in place.rows.items():
        counts = list(tables.items())
        first = True
        for above, count in counts[:_NAMED]:
            words = f"{count} {one if count == 1 else many} {_VERB_EN[op]}" if first else f"{count}"
            parts.append(f"{words} under {above}" if above else words)
            first = False
        if len(counts) > _NAMED:
            rest = sum(count for _, count in counts[_NAMED:])
            parts.append(f"{rest} under {len(counts) - _NAMED} others")
    return f"{place.name}: {', '.join(parts)}"


def _japanese(place: _Place) -> str:
    parts: list[str] = []
    for kind, op, names in place.in_order():
        if _are_labels(names):
            parts.append(f"{'、'.join(names)}を{_VERB_JA[op]}")
            continue
        own = "" if names == [place.name] else _bracketed(names)
        parts.append(f"{_NOUNS[kind][2].format(len(names))}を{_VERB_JA[op]}{own}")
    for run in place.runs[:_RUNS]:
        if run.op is Op.MOVED:
            to = "" if run.old == run.new else f"{_range(run.new, '~')}へ"
            parts.append(f"{_range(run.old, '~')}を{to}移動")
        else:
            how = {Op.ADDED: "繰下げ", Op.REMOVED: "繰上げ"}.get(run.pushed or Op.CHANGED, "改番")
            parts.append(f"{_range(run.old, '~')}を{_range(run.new, '~')}に{how}")
    if len(place.runs) > _RUNS:
        parts.append(f"ほか{sum(len(run.new) for run in place.runs[_RUNS:])}段落を改番")
    unit = "者" if place.parties else "行"
    for op, tables in place.rows.items():
        counts = list(tables.items())
        parts.extend(
            f"{_country(above) if place.parties else above}{'に' if op is Op.ADDED else 'の'}{count}{unit}を{_VERB_JA[op]}"
            if above
            else f"{count}{unit}を{_VERB_JA[op]}"
            for above, count in counts[:_NAMED]
        )
        if len(counts) > _NAMED:
            rest = sum(count for _, count in counts[_NAMED:])
            parts.append(f"ほか{len(counts) - _NAMED}か所で{rest}{unit}を{_VERB_JA[op]}")
    return f"{_PLACES_JA.get(place.name, place.name)}:{'、'.join(parts)}"


def _country(heading: str) -> str:
    """Return the heading of a list's country in Japanese, `日本`; as printed where it names none, or more than
    one.
    """
    found = countries_in(heading)
    return found[0].ja if len(found) == 1 else f"「{heading}」"


# --- the most significant words


def _most_significant(operations: Sequence[Operation]) -> tuple[str, str]:
    """Return the deleted and the inserted words of the most significant operation; cut to size."""
    best = max(operations, key=_weight)
    if best.op is Op.ADDED:
        return "", _cut(best.after)
    if best.op is Op.REMOVED:
        return _cut(best.before), ""
    gone, come = _edited(best)  # empty where the words only moved
    return _cut(gone), _cut(come)


def _weight(op: Operation) -> float:
    """Return how significant an operation is: words that bind or release, then numbers; short edits before
    long.
    """
    own = op.spans[_markers(op) :] if op.op in (Op.MOVED, Op.RENUMBERED) else op.spans
    words = " ".join(text for kind, text in own if kind != "equal")[:_READ]
    weight = _KIND_WEIGHT.get(op.kind, 0.0)
    if not words:
        return weight - 3
    weight += 3 * bool(_WEIGHTY.search(words)) + 1.5 * bool(_DIGIT.search(words)) + (op.op is Op.ADDED)
    return weight - len(words) / _READ


def _edited(op: Operation) -> tuple[str, str]:
    """Return the most significant edited passage with the words around it, before and after; empty where the
    words are the same.
    """
    spans = op.spans[_markers(op) :] if op.op in (Op.MOVED, Op.RENUMBERED) else op.spans
    edited = [index for index, (kind, _) in enumerate(spans) if kind != "equal"]
    if not edited:
        return "", ""
    significant = (index for sign in (_WEIGHTY, _DIGIT) for index in edited if sign.search(spans[index][1]))
    start = next(significant, edited[0])
    while start and (spans[start - 1][0] != "equal" or (start > 1 and len(spans[start - 1][1]) < _NEAR)):
        start -= 1  # adjacent edits are one passage
    lead = _tail(spans[start - 1][1], 40) if start and spans[start - 1][0] == "equal" else ""
    gone = come = ""
    end = start
    while end < len(spans) and (
        spans[end][0] != "equal" or (len(spans[end][1]) < _NEAR and end + 1 < len(spans))
    ):
        kind, text = spans[end]
        gone += text if kind != "insert" else ""
        come += text if kind != "delete" else ""
        end += 1
    trail = _head(spans[end][1], 40) if end < len(spans) else ""
    return f"{lead}{gone}{trail}".strip(), f"{lead}{come}{trail}".strip()


def _tail(text: str, size: int) -> str:
    if len(text) <= size:
        return text
    end = text[-size:]
    return "…" + (end.partition(" ")[2] or end)  # Japanese has no space to cut at


def _head(text: str, size: int) -> str:
    return text if len(text) <= size else (text[:size].rpartition(" ")[0] or text[:size]) + "…"


def _cut(text: str) -> str:
    return _head(fold_space(text), _QUOTE)


def _quote_en(before: str, after: str) -> str:
    return _quote(before, after, lambda text: f"“{text}”", " Was: {0}; now: {1}", " New: {0}", " Gone: {0}")


def _quote_ja(before: str, after: str) -> str:
    return _quote(
        before,
        after,
        lambda text: f"「{text}」",
        "改正前{0}→改正後{1}",
        "追加された文言{0}",
        "削除された文言{0}",
    )


def _quote(before: str, after: str, mark: Callable[[str], str], both: str, new: str, gone: str) -> str:
    if before and after:
        return both.format(mark(before), mark(after))
    if after:
        return new.format(mark(after))
    return gone.format(mark(before)) if before else ""
