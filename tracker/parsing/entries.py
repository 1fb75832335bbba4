"""Finds the entries of a list of links: news items, teasers, rows that link to a page of their own."""

from __future__ import annotations

from collections.abc import Callable

from bs4 import Tag

from tracker.parsing.main_text import BLOCKS, collapse_space, link_share

_LONGEST = 1_500  # characters of one entry: title, day, first words of the linked page
_MOSTLY_LINK = 0.8
_BESIDE = 3  # siblings compared on either side
_SHORT = 60  # characters beside the link of an entry: its day, its number
HEADINGS = [f"h{rank}" for rank in range(1, 7)]
_ENTRY_TAGS = frozenset({"li", "article", "tr", "dd", "dt", "td"})


def entries(root: Tag, leads: Callable[[Tag], str]) -> list[Tag]:
    """Return the elements below `root` that each link to another page: the widest around a link that contain no
    other such link. `leads` returns the target address of a link, or nothing for a link that does not count.

    A link within prose does not make its paragraph an entry.
    """
    below: dict[int, set[str]] = {}  # up to two of the addresses that an element contains
    targets = [(link, leads(link)) for link in root.find_all("a")]
    for link, target in targets:
        if target:
            for parent in (link, *link.parents):
                addresses = below.setdefault(id(parent), set())
                if target in addresses or len(addresses) > 1:
                    break
                addresses.add(target)
    found: list[Tag] = []
    seen: set[int] = set()
    for link, target in targets:
        if not target or any(id(parent) in seen for parent in link.parents):
            continue
        entry = _entry(link, root, below)
        if entry is not None:
            seen.add(id(entry))
            found.append(entry)
    return found


def _entry(link: Tag, root: Tag, below: dict[int, set[str]]) -> Tag | None:
    block = next((parent for parent in link.parents if parent.name in BLOCKS), None)
    if (
        block is None
        or block is root
        or not (link_share(block) >= _MOSTLY_LINK or _is_short_item(block, below))
    ):
        # A card that is one single link contains blocks itself.
        if link.find(lambda tag: tag.name in BLOCKS) is None:
            return None
        block = link
    item = block if block.name in _ENTRY_TAGS else None  # the nearest element whose name marks an entry
    current = block
    for parent in block.parents:
        if parent is root or parent.name in ("main", "body", "html", "[document]"):
            break
        if len(below[id(parent)]) > 1:
            return current if _has_sibling(current, below) else item or block
        if len(collapse_space(parent.get_text(" "))) > _LONGEST or _has_other_heading(parent, link):
            break
        current = parent
        if item is None and current.name in _ENTRY_TAGS:
            item = current
    return item or block


def _is_short_item(block: Tag, below: dict[int, set[str]]) -> bool:
    """Return whether this is `<li><a>Title</a> (August 1)</li>` among others of its kind."""
    size = len(collapse_space(block.get_text(" ")))
    return (
        block.name in _ENTRY_TAGS and size * (1 - link_share(block)) <= _SHORT and _has_sibling(block, below)
    )


def _has_sibling(entry: Tag, below: dict[int, set[str]]) -> bool:
    """Return whether a sibling of this entry has the same structure."""
    beside = (
        *entry.find_next_siblings(entry.name, limit=_BESIDE),
        *entry.find_previous_siblings(entry.name, limit=_BESIDE),
    )
    return any(sibling.get("class") == entry.get("class") and below.get(id(sibling)) for sibling in beside)


def _has_other_heading(parent: Tag, link: Tag) -> bool:
    """Return whether `parent` has a heading that neither contains the link nor is within it: then it is a
    section, not an entry.
    """
    return any(
        heading.find("a") is None and not any(above is link for above in heading.parents)
        for heading in parent.find_all(HEADINGS)
    )
