"""Marks operations on a web page that change markup or layout only; a reader need not see them.

- a list's number or mark that is typed in one version and drawn by the browser in the other;
- a link or an image that was added or removed with the words around it, that leads to the same file as before, or that
  moved to another place on the page;
- a line that only says when the page was last updated, or how long it takes to read;
- the order in the rest of a page (sidebars, teasers).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tracker.diffing.normalization import differs_in_typography_only
from tracker.locations import is_rest_of_page
from tracker.model import Op, Operation, Unit, UnitKind

_TARGETS = frozenset({UnitKind.LINK, UnitKind.IMAGE})
_ARROW = " → "
_SCHEME = re.compile(r"^https?://", re.IGNORECASE)
_TYPED_MARK = re.compile(r"(?:\(?(?:\d{1,3}|[a-zA-Z]|[ivxlIVXL]{1,6})[.)]|[•·▪◦*–-])\s+")

_DATE = (
    r"(?:(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?(?:[a-z]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}|\d{1,2} [a-z]{3,9}\.?,? \d{4})|"
    r"\d{4}-\d\d-\d\d|\d{1,2}[/.]\d{1,2}[/.]\d{2,4})(?:,?(?: at| -| –)? ?\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]\.?m\.?)?(?: [a-z]{2,4})?)?"
)
_OF_PAGE = re.compile(  # whole lines: in a sentence, a date or a number of minutes counts
    rf"(?:(?:this |the )?(?:page|site|website|content) )?(?:was )?(?:last |date )(?:updated|modified|reviewed)(?: on)?[:\s]*{_DATE}\.?|"
    rf"(?:page|site|content) (?:updated|modified|reviewed)(?: on)?[:\s]*{_DATE}\.?|"
    r"\d{1,3} ?min(?:ute)?s?\.? read|(?:estimated )?reading time:? ?\d{1,3} ?min(?:ute)?s?\.?",
    re.IGNORECASE,
)


def is_about_page(text: str) -> bool:
    """Return whether a line only states when its page was last updated, or how long reading it takes."""
    return len(text) < 120 and _OF_PAGE.fullmatch(" ".join(text.split())) is not None


def is_target(unit: Unit) -> bool:
    """Return whether a unit is the target of a link or the file of an image."""
    return unit.kind in _TARGETS


def same_target(before: str, after: str) -> bool:
    """Return whether two texts of link units lead to the same place: every sign of an address counts except its
    scheme. A relative address is compared with the path of an absolute one.
    """
    old_words, old = _parted(before)
    new_words, new = _parted(after)
    return differs_in_typography_only(old_words, new_words) and same_address(old, new)


def same_address(old: str, new: str) -> bool:
    old, new = _SCHEME.sub("", old), _SCHEME.sub("", new)
    if old == new:
        return True
    if old.startswith("/") != new.startswith("/"):
        relative, whole = (old, new) if old.startswith("/") else (new, old)
        return whole.partition("/")[1:] == ("/", relative[1:])
    return False


def same_but_for_list_mark(old: Unit, new: Unit) -> bool:
    """Return whether two units differ only by the mark of a list entry: one is an entry whose mark the browser
    draws, the other has it typed.
    """
    for drawn, typed in ((old, new), (new, old)):
        if _is_item(drawn) and not _TYPED_MARK.match(drawn.text):
            mark = _TYPED_MARK.match(typed.text)
            if mark and differs_in_typography_only(drawn.text, typed.text[mark.end() :]):
                return True
    return False


def same_party_row(old: Unit, new: Unit) -> bool:
    """Return whether two rows of party lists differ only in upper and lower case, so that they name the same
    party.
    """
    if not (_names_party(old) and _names_party(new)):
        return False
    return differs_in_typography_only(old.text.casefold(), new.text.casefold())


def _names_party(unit: Unit) -> bool:
    return unit.kind is UnitKind.ROW and any(name == "party" for name, _ in unit.meta)


def _is_item(unit: Unit) -> bool:
    return any(name == "item" for name, _ in unit.meta)


def _parted(text: str) -> tuple[str, str]:
    words, arrow, address = text.rpartition(_ARROW)
    return (words, address) if arrow else ("", text)


def mark_layout_changes(
    operations: Sequence[Operation], before: Sequence[Unit], after: Sequence[Unit]
) -> tuple[Operation, ...]:
    """Return `operations` with those that change the layout only marked editorial."""
    operations = [
        replace(op, editorial=True)
        if op.op is Op.CHANGED and is_about_page(op.before) and is_about_page(op.after)
        else op
        for op in operations
    ]
    if not any(op.kind in _TARGETS or is_rest_of_page(op.path) for op in operations):
        return tuple(operations)
    text_operations = [op for op in operations if op.kind not in _TARGETS]
    inserted = _joined(text for op in text_operations for kind, text in op.spans if kind == "insert")
    deleted = _joined(text for op in text_operations for kind, text in op.spans if kind == "delete")
    old = _addresses(before)
    new = _addresses(after)
    found: list[Operation] = []
    for op in operations:
        layout_only = False
        if op.kind in _TARGETS:
            words, address = _parted(op.after if op.op is not Op.REMOVED else op.before)
            if op.op is Op.ADDED:
                layout_only = _is_within(words, inserted) or address in old
            elif op.op is Op.REMOVED:
                layout_only = _is_within(words, deleted) or address in new
            else:
                layout_only = same_target(op.before, op.after)
        elif op.op in (Op.MOVED, Op.RENUMBERED) and is_rest_of_page(op.path):
            layout_only = op.before == op.after
        found.append(replace(op, editorial=True) if layout_only else op)
    return tuple(found)


def _joined(texts: Iterable[str]) -> str:
    return "\n".join(" ".join(text.split()) for text in texts)


def _is_within(words: str, text: str) -> bool:
    return bool(words) and words in text


def _addresses(units: Sequence[Unit]) -> set[str]:
    return {_parted(unit.text)[1] for unit in units if unit.kind in _TARGETS}
