"""The source kind for the list of denied persons, in the file of the Bureau of Industry and Security."""

from tracker.config.keys import URL
from tracker.config.source_kinds import SourceKind

KIND = SourceKind(
    name="denied-persons",
    keys={"url": URL},
    adapter="tracker.sources.denied_persons.adapter",
    texts=True,
    single_answer=True,
)
