"""The source kind for the Consolidated Screening List: the parties of all U.S. screening lists in one JSON
file.
"""

from tracker.config.keys import URL
from tracker.config.source_kinds import SourceKind

KIND = SourceKind(
    name="screening-list",
    keys={"url": URL},
    adapter="tracker.sources.screening_list.adapter",
    texts=True,
    single_answer=True,
)
