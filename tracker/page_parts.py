"""Names shared by several stages for the parts of a page and its metadata."""

from __future__ import annotations

import re

# In `Fetched.meta` of a page: the keys of the PDF files that belong to it, one per line, in reading order.
ANNEXES = "annexes"
# In `Fetched.meta` of an index page: the regular expression of the addresses that the source follows.
INDEX = "index"

# The first step of the path of page text outside the main text: sidebars, banners, teasers.
REST_OF_PAGE = "Rest of the page"
# The first step of the path of the text of PDF files that belong to a page.
ANNEXES_OF_PAGE = "Annexes"


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
