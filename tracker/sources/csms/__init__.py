"""The source kind for the bulletins of the Cargo Systems Messaging Service, by which U.S. Customs and Border Protection
says how duties are declared.
"""

from tracker.config.keys import URL
from tracker.config.source_kinds import SourceKind

KIND = SourceKind(
    name="csms",
    keys={"url": URL},
    adapter="tracker.sources.csms.adapter",
    texts=True,
)
