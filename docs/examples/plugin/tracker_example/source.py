"""The kind of source `notice-board`: declared here, so that reading the settings imports no adapter."""

from tracker.config.keys import URL
from tracker.config.source_kinds import SourceKind

KIND = SourceKind(
    name="notice-board",
    keys={"url": URL},
    adapter="tracker_example.adapter",
    single_answer=True,
    listing="listing/notice-board",
)
