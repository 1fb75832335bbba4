"""The source kind for the entity list of the Uyghur Forced Labor Prevention Act."""

from tracker.config.keys import URL
from tracker.config.source_kinds import SourceKind

KIND = SourceKind(
    name="uflpa-list",
    keys={"url": URL},
    adapter="tracker.sources.uflpa_list.adapter",
    texts=True,
    single_answer=True,
)
