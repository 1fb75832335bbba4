"""The forms of the answers of hts.usitc.gov/reststop, as observed in exports of 2024 to 2026."""

from __future__ import annotations

from tracker.sources.expectations import Shape, fields_of

_ROWS = """
[].htsno [].description str
[].indent str
[].general [].special [].other str
[].superior any?
[].units [].footnotes list?
[].units[] str
[].footnotes[].columns list?
[].footnotes[].columns[] str
[].footnotes[].value [].footnotes[].type str?
[].footnotes[].marker str?
[].quotaQuantity [].additionalDuties [].addiitionalDuties str?
[].effectivePeriod [].statisticalSuffix any?
"""

SHAPES = (Shape("rows of the export", r"/exportList", "json", fields_of(_ROWS)),)
