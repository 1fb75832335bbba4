"""Lists and ranges of designators as instructions write them: "(a)(1)(i), (ii), and (2)", "(c) through (e)".

The levels of a section are (a)(1)(i)(A)(1)(i) (Document Drafting Handbook, "Paragraphs").
"""

from __future__ import annotations

import re

from tracker.citations import roman, to_roman

Labels = tuple[str, ...]
_LEVELS = ("a", "1", "i", "A", "1", "i")
_LONGEST_RANGE = 300


def sorts(label: str) -> frozenset[str]:
    """Return the sorts that a label may be of: `a` letter, `1` number, `i` Roman numeral, `A` capital."""
    if label.isdigit():
        return frozenset("1")
    found = set()
    if len(set(label)) == 1 and label.isalpha() and len(label) <= 2:
        found.add("a" if label.islower() else "A")
    if roman(label) is not None and (len(label) > 1 or label.lower() in "ivx"):
        found.add("i" if label.islower() else "I")
    if not found and label.isalpha() and label.isupper():
        found.add("A")
    return frozenset(found)


def fits(labels: Labels) -> bool:
    """Return whether each label is of the sort of its level."""
    return len(labels) <= len(_LEVELS) and all(
        level in sorts(label) for level, label in zip(_LEVELS, labels, strict=False)
    )


def value(label: str, sort: str) -> int:
    if sort == "1":
        return int(label)
    if sort in ("i", "I"):
        return roman(label) or 0
    return ord(label[0].lower()) - 96 + 26 * (len(label) - 1)


def follow(before: Labels, own: Labels) -> Labels | None:
    """Return the full labels of a list's next member: (a)(1) followed by "and (2)" is (a)(2), by "(b)" (b). None
    where no level is of its sort.
    """
    found: list[tuple[int, Labels]] = []
    for depth in range(len(before) - 1, -1, -1):
        common = sorts(before[depth]) & sorts(own[0])
        if not common:
            continue
        labels = (*before[:depth], *own)
        rises = any(value(own[0], sort) > value(before[depth], sort) for sort in common)
        equal = own[0] == before[depth] and len(own) > 1
        found.append((2 * (not fits(labels)) + (not (rises or equal)), labels))
    if not found:
        return own if fits(own) else None
    best = min(rank for rank, _ in found)
    return next(labels for rank, labels in found if rank == best)


def span(first: Labels, last: Labels) -> list[Labels] | None:
    """Return the members of "(c) through (e)"; None where the two are not of one level and sort, in order."""
    if len(first) != len(last) or first[:-1] != last[:-1] or not first:
        return None
    depth = len(first) - 1
    common = sorts(first[-1]) & sorts(last[-1])
    expected = _LEVELS[depth] if depth < len(_LEVELS) else ""
    for sort in sorted(common, key=lambda one: (one != expected, one)):
        low, high = value(first[-1], sort), value(last[-1], sort)
        if low < high <= low + _LONGEST_RANGE:
            return [(*first[:-1], _label(number, sort, first[-1])) for number in range(low, high + 1)]
    return None


def _label(number: int, sort: str, like: str) -> str:
    if sort == "1":
        return str(number)
    if sort in ("i", "I"):
        numeral = to_roman(number)
        return numeral if sort == "i" else numeral.upper()
    letter = chr(97 + (number - 1) % 26) * ((number - 1) // 26 + 1)
    return letter if like.islower() else letter.upper()


def dotted(before: str, own: str) -> str | None:
    """Return the full number of a list's next member: `1.i` followed by "ii" is `1.ii`; `5` by "6.iv" `6.iv`;
    `a.1` by "a.2" `a.2`. None where it cannot be known.
    """
    head = before.split(".")
    tail = own.strip(".").split(".")
    if not head or sorts(head[0]) & sorts(tail[0]) or not before:
        return ".".join(tail)
    for depth in range(len(head) - 1, 0, -1):
        if sorts(head[depth]) & sorts(tail[0]):
            return ".".join((*head[:depth], *tail))
    return None


def dotted_span(first: str, last: str) -> list[str] | None:
    """Return the members of "1.i through iii", "a.2 through a.5"."""
    end = dotted(first, last)
    if end is None:
        return None
    members = span(tuple(first.split(".")), tuple(end.split(".")))
    return None if members is None else [".".join(member) for member in members]


_SECTION = re.compile(r"(\d+[a-z]?)\.(\d+)((?:-\d+)?)")


def section_span(first: str, last: str) -> list[str] | None:
    """Return the sections of "1024.1 through 1024.5"."""
    one, other = _SECTION.fullmatch(first), _SECTION.fullmatch(last)
    if one is None or other is None or one[1] != other[1]:
        return None
    if one[3] or other[3]:
        if one[2] != other[2] or not one[3] or not other[3]:
            return None
        low, high = int(one[3][1:]), int(other[3][1:])
        head = f"{one[1]}.{one[2]}-"
    else:
        low, high, head = int(one[2]), int(other[2]), f"{one[1]}."
    if not low < high <= low + _LONGEST_RANGE:
        return None
    return [f"{head}{number}" for number in range(low, high + 1)]


def form_span(first: str, last: str) -> list[str] | None:
    """Return the forms of "H-4(D)(1) through H-4(D)(4)", "A-30 through A-41"."""
    one = re.fullmatch(r"(.*?)\(?(\w+)\)?", first)
    other = re.fullmatch(r"(.*?)\(?(\w+)\)?", last)
    if one is None or other is None or one[1] != other[1]:
        return None
    members = span(("x", one[2]), ("x", other[2]))
    if members is None:
        return None
    head, tail = first[: one.start(2)], first[one.end(2) :]
    return [f"{head}{member[-1]}{tail}" for member in members]
