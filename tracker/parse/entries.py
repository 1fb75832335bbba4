"""Entries of a list of links: a news item, a teaser, a row that stands for another page."""

from __future__ import annotations

from collections.abc import Callable

from bs4 import Tag

from tracker.parse.main_text import BLOCKS, folded, link_share

_LONGEST = 1_500  # characters of one entry: its title, its day, the first words of what it leads to
_MOSTLY_LINK = 0.8
HEADINGS = [f"h{rank}" for rank in range(1, 7)]
_ENTRY_TAGS = frozenset({"li", "article", "tr", "dd", "dt", "td"})


def entries(root: Tag, leads: Callable[[Tag], str]) -> list[Tag]:
    """The elements below `root` that stand for another page each: the widest around a link that hold no other such
    link. `leads` gives the address that a link leads to, or nothing for a link that does not count.

    A link within prose makes no entry of its paragraph.
    """
    targets = {id(link): leads(link) for link in root.find_all("a")}
    found: list[Tag] = []
    seen: set[int] = set()
    for link in root.find_all("a"):
        own = targets[id(link)]
        if not own or any(id(parent) in seen for parent in link.parents):
            continue
        entry = _entry(link, own, root, targets)
        if entry is not None:
            seen.add(id(entry))
            found.append(entry)
    return found


def _entry(link: Tag, own: str, root: Tag, targets: dict[int, str]) -> Tag | None:
    block = next((parent for parent in link.parents if parent.name in BLOCKS), None)
    if block is None or block is root or link_share(block) < _MOSTLY_LINK:
        # A whole card that is one link holds blocks itself.
        if link.find(lambda tag: tag.name in BLOCKS) is None:
            return None
        block = link
    item = block if block.name in _ENTRY_TAGS else None  # the nearest element that is an entry by its name
    current = block
    for parent in block.parents:
        if parent is root or parent.name in ("main", "body", "html", "[document]"):
            return item or block
        others = {targets[id(other)] for other in parent.find_all("a")} - {own, ""}
        if others:
            return current if _has_sibling(current, targets) else item or block
        if len(folded(parent.get_text(" "))) > _LONGEST or _has_other_heading(parent, link):
            return item or block
        current = parent
        if item is None and current.name in _ENTRY_TAGS:
            item = current
    return item or block


def _has_sibling(entry: Tag, targets: dict[int, str]) -> bool:
    """Whether another entry of the same build stands beside this one."""
    beside = (*entry.find_next_siblings(entry.name), *entry.find_previous_siblings(entry.name))
    return any(
        sibling.get("class") == entry.get("class")
        and any(targets[id(link)] for link in sibling.find_all("a"))
        for sibling in beside
    )


def _has_other_heading(parent: Tag, link: Tag) -> bool:
    """Whether a heading stands in an element that neither holds the link nor stands in it: a section, not an entry."""
    return any(
        heading.find("a") is None and not any(above is link for above in heading.parents)
        for heading in parent.find_all(HEADINGS)
    )
