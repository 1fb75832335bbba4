"""The form of GovDelivery's widget: a list of JSON inside a call."""

from __future__ import annotations

from tracker.sources.expectations import Shape, fields_of

_BULLETINS = """
[].subject [].pub_date [].href str
"""

SHAPES = (
    Shape(
        "list of bulletins", r"/widgets/", "json", fields_of(_BULLETINS), call=r"\.update\(\s*(\[.*\])\s*\)"
    ),
)
