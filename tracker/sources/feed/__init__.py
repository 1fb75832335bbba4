"""The source kind for RSS, Atom and JSON feeds."""

from tracker.config.keys import URL
from tracker.config.source_kinds import SourceKind

LISTING = "listing/feed"

KIND = SourceKind(
    name="feed",
    keys={"url": URL},
    adapter="tracker.sources.feed.adapter",
    single_answer=True,
    listing=LISTING,
)
