"""What the stages agree on about pages: their parts, and what their meta data are called."""

from __future__ import annotations

import re

# In `Fetched.meta` of a page: the keys of the PDF files that belong to it, one a line, in reading order.
ANNEXES = "annexes"
# The same of a page that is an index of others: the regular expression of the addresses that the source follows.
INDEX = "index"

# The first step of the path of page text outside the main text: sidebars, banners, teasers.
REST_OF_PAGE = "Rest of the page"
# The first step of the path of the text of PDF files that belong to a page.
ANNEXES_OF_PAGE = "Annexes"


def is_rest_of_page(path: str) -> bool:
    """Whether a unit stands outside the main text of its page."""
    return path.startswith(REST_OF_PAGE) and path[len(REST_OF_PAGE) : len(REST_OF_PAGE) + 2] in (
        "",
        " ¶",
        " ›",
    )


def is_main_text(path: str) -> bool:
    """Whether a unit stands in the page itself: neither around its main text nor in an annex."""
    return not is_rest_of_page(path) and not path.startswith(f"{ANNEXES_OF_PAGE} ›")


def annex_of(path: str) -> str:
    """The name of the annex that a unit belongs to, as its link calls it; "" for a unit of the page itself."""
    head, _, rest = path.partition(" › ")
    return rest.partition(" › ")[0].partition(" ¶")[0] if head == ANNEXES_OF_PAGE else ""


# Names of files that are no text: never followed, whatever links to them.
_NOT_TEXT = re.compile(
    r"\.(css|js|mjs|json|ico|png|jpe?g|gif|svg|webp|avif|bmp|tiff?|mp[34]|m4[av]|mov|avi|wmv|webm|wav|ogg|"
    r"zip|gz|tgz|7z|rar|exe|dmg|msi|woff2?|ttf|eot|ics|vcf|docx?|xlsx?|pptx?|epub)$",
    re.IGNORECASE,
)


def names_no_text(path: str) -> bool:
    """Whether the path of an address ends like a file that is no text: a picture, an archive, an office document."""
    return _NOT_TEXT.search(path) is not None


# Names of files that hold a text, data or several of these.
_DOCUMENT_FILE = re.compile(r"\.(pdf|docx?|xlsx?|csv|xml|zip|pptx?|txt|rtf)(?=[?#]|$)", re.IGNORECASE)


def is_document_file(address: str) -> bool:
    """Whether an address leads to a file with a text of its own: a PDF, an office document, a table."""
    return _DOCUMENT_FILE.search(address) is not None
