"""The notation of locations in documents, written and read here only: parts of a page, removed words, instructions.

docs/records.md describes it: `where` of quotes and `note` of dates use it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# In `Fetched.meta` of a page: the keys of the PDF files that belong to it, one per line, in reading order.
ANNEXES = "annexes"
# In `Fetched.meta` of an index page: the regular expression of the addresses that the source follows.
INDEX = "index"
# In `Fetched.meta` of a page: the title that its list gives it, where that is its name.
TITLE = "page_title"

# The first step of the path of text without headings.
WHOLE_TEXT = "Text"
# The first step of the path of page text outside the main text: sidebars, banners, teasers.
REST_OF_PAGE = "Rest of the page"
# The first step of the path of the text of PDF files that belong to a page.
ANNEXES_OF_PAGE = "Annexes"
# The places that have a name of ours, because the source prints none.
NAMED_HERE = frozenset({WHOLE_TEXT, REST_OF_PAGE, ANNEXES_OF_PAGE})


def is_rest_of_page(path: str) -> bool:
    """Return whether a unit is outside the main text of its page."""
    return path.startswith(REST_OF_PAGE) and path[len(REST_OF_PAGE) : len(REST_OF_PAGE) + 2] in (
        "",
        " ¶",
        " ›",
    )


def is_main_text(path: str) -> bool:
    """Return whether a unit is in the main text of the page, and not in an annex."""
    return not is_rest_of_page(path) and not path.startswith(f"{ANNEXES_OF_PAGE} ›")


def annex_of(path: str) -> str:
    """Return the name of the annex that a unit belongs to, from its link; "" for a unit of the page itself."""
    head, _, rest = path.partition(" › ")
    return rest.partition(" › ")[0].partition(" ¶")[0] if head == ANNEXES_OF_PAGE else ""


_REMOVED = "removed: "
_BETWEEN = "; "
_INSTRUCTION = "instruction "
_NUMBERS = re.compile(r"(\d{1,3})(?:\.[a-z]+)?(?:\s*(?:through|[-–])\s*(\d{1,3}))?")


def removed_from(path: str) -> str:
    """Return the location of words that a change removed from a unit."""
    return _REMOVED + path


def is_removed(where: str) -> bool:
    """Return whether a location is one of words that a change removed."""
    return where.startswith(_REMOVED)


def unit_path(where: str) -> str:
    """Return the path of the unit at a location, whether its words remain or were removed."""
    return where.removeprefix(_REMOVED)


def at_instruction(numbers: str | int) -> str:
    """Return the location of amendatory instructions, by their numbers as printed: `5`, `3.a`, `3, 5 and 7`."""
    return f"{_INSTRUCTION}{numbers}"


def printed_instructions(where: str) -> str:
    """Return the numbers of the instructions at a location, as printed; empty for another location."""
    return where.removeprefix(_INSTRUCTION) if where.startswith(_INSTRUCTION) else ""


def instruction_numbers(where: str) -> tuple[str, ...]:
    """Return the number of each instruction at a location: `3.a, 5 through 7` has 3, 5, 6 and 7."""
    found: list[int] = []
    for first, last in _NUMBERS.findall(printed_instructions(where)):
        found += range(int(first), int(last or first) + 1)
    return tuple(map(str, dict.fromkeys(found)))


def join_locations(locations: Iterable[str]) -> str:
    """Return several locations as one text; no location contains a semicolon."""
    return _BETWEEN.join(locations)


def split_locations(text: str) -> list[str]:
    """Return the locations of a text that `join_locations` made."""
    return [location for location in text.split(_BETWEEN) if location]


# File name endings of non-text files, which are never followed.
_NOT_TEXT = re.compile(
    r"\.(css|js|mjs|json|ico|png|jpe?g|gif|svg|webp|avif|bmp|tiff?|mp[34]|m4[av]|mov|avi|wmv|webm|wav|ogg|"
    r"zip|gz|tgz|7z|rar|exe|dmg|msi|woff2?|ttf|eot|ics|vcf|docx?|xlsx?|pptx?|epub)$",
    re.IGNORECASE,
)


def names_no_text(path: str) -> bool:
    """Return whether an address ends like a non-text file: an image, an archive, an office document."""
    return _NOT_TEXT.search(path) is not None


# File name endings of files with text or data.
_DOCUMENT_FILE = re.compile(r"\.(pdf|docx?|xlsx?|csv|xml|zip|pptx?|txt|rtf)(?=[?#]|$)", re.IGNORECASE)


def is_document_file(address: str) -> bool:
    """Return whether an address leads to a file with its own text: a PDF, an office document, a table."""
    return _DOCUMENT_FILE.search(address) is not None
