"""The source kind for the Harmonized Tariff Schedule of the United States, as the USITC publishes it release by
release.
"""

from tracker.config.keys import BASE_URL
from tracker.config.source_kinds import SourceKind

KIND = SourceKind(
    name="hts",
    keys={"base_url": BASE_URL},
    adapter="tracker.sources.hts.adapter",
    texts=True,
)
