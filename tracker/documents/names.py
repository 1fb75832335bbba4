"""Names by which documents refer to each other: number, citation, order, title, and informal names of rules."""

from __future__ import annotations

import re

from tracker.model import Change, DocumentKind
from tracker.text import fold_space, name_key

# Words that the press adds to the name of a rule; they do not identify it.
_EMPTY = frozenset(
    {"the", "a", "of", "final", "interim", "rule", "ifr", "biden", "biden-era", "now", "new", "bis"}
)
_GIVEN = re.compile(
    r"\((?:the |hereafter,? |hereinafter,? )*[“\"]?([A-Z][\w’' -]{2,60} (?:Rule|IFR))[”\"]?\)"
)
_WORD = re.compile(r"\w+(?:-\w+)*")


def names_of(document: Change) -> str:
    """Return the display name: an order or proclamation by its number, else the citation. A document has no citation
    before it is printed, and a page has only its title."""
    return document.order or document.citation or document.document_number or fold_space(document.title)


def other_name(document: Change) -> str | None:
    """Return what identifies a document beside its display name: of an order its citation, else its number; None where
    there is none."""
    names = (document.citation if document.order else None, document.document_number)
    return next((name for name in names if name and name != names_of(document)), None)


def references_in(change: Change) -> tuple[str, ...]:
    """Return the names by which other documents refer to this one, normalized for comparison."""
    names = [change.document_number, change.citation, change.order]
    if change.document_number:
        names.append(change.title)
    return tuple(name_key(name) for name in names if name)


def nickname(name: str) -> tuple[str, ...]:
    """Return the significant words of a rule's informal name, such as `AI Diffusion Rule`; None where the text
    is no such name.
    """
    words = _short(name).split()
    if len(words) < 2 or words[-1] not in {"rule", "ifr"}:
        return ()
    return tuple(word for word in words if word not in _EMPTY)


def quoted_name(target: Change, name: str) -> bool:
    """Return whether this rule has that informal name: its abstract gives the name, or its title contains all
    words of it, at least two. A document about a rule ("...; Correction") is not the rule.
    """
    words = nickname(name)
    if not words or target.kind is not DocumentKind.RULE or ";" in target.title:
        return False
    given = {name_key(found) for found in _GIVEN.findall(target.abstract)}
    if " ".join(words) in {" ".join(nickname(one)) for one in given}:
        return True
    return len(words) > 1 and set(words) <= set(_WORD.findall(_short(target.title)))


def _short(name: str) -> str:
    return name_key(name).replace("artificial intelligence", "ai")
