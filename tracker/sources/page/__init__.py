"""The source kind for pages of an agency's site, and the pages and PDF files that they link to."""

from tracker.config import validators
from tracker.config.keys import INTEGER, STRING, URL, Key
from tracker.config.source_kinds import SourceKind

KIND = SourceKind(
    name="page",
    keys={
        "url": URL,
        "follow": Key(
            validators.follow,
            STRING,
            "none, same-site, or a regular expression that a link's address must match",
        ),
        "depth": Key(validators.integer(1, 10), INTEGER, "how many links deep to follow"),
        "max_pages": Key(validators.integer(1, 10_000), INTEGER, "the largest number of pages"),
        "annexes": Key(
            validators.integer(0, 100),
            INTEGER,
            "how many PDF files on its own host are read as part of each page; 0: none",
        ),
        "content": Key(
            validators.selector, STRING, "CSS selector of the main text; left out: it is detected"
        ),
    },
    adapter="tracker.sources.page.adapter",
    texts=True,
)
