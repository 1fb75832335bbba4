"""What two texts have in common once typography is taken away, and the words they are made of."""

from __future__ import annotations

import re
import unicodedata

_SPACE = re.compile(r"\s+")


def fold_space(text: str) -> str:
    """White space runs become one space; none at the ends. Nothing else is touched."""
    return _SPACE.sub(" ", text).strip()


def name_form(name: str) -> str:
    """The form in which a document's names are compared: its number, its citation, or its title as others quote it."""
    return search_form(name).strip(" .,;\"'“”‘’`")


def search_form(text: str) -> str:
    """The form in which texts are indexed and looked up: NFKC, case folded, white space folded."""
    return fold_space(unicodedata.normalize("NFKC", text).casefold())
