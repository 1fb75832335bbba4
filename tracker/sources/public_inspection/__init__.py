"""The source kind for documents filed for public inspection: what the Federal Register will publish, one or
more business days ahead.
"""

from tracker.config.keys import BASE_URL
from tracker.config.source_kinds import SourceKind
from tracker.sources.federal_register import AGENCIES, FULL_TEXT, SERIES

KIND = SourceKind(
    name="public-inspection",
    keys={"base_url": BASE_URL, "agencies": AGENCIES, "full_text": FULL_TEXT},
    adapter="tracker.sources.public_inspection.adapter",
    series=SERIES,
    may_relist=True,
)
