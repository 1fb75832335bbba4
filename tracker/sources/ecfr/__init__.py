"""The source kind for parts of the Code of Federal Regulations as amended, from the eCFR."""

from tracker.config import validators
from tracker.config.keys import BASE_URL, INTEGER, Key
from tracker.config.source_kinds import SourceKind

KIND = SourceKind(
    name="ecfr",
    keys={
        "base_url": BASE_URL,
        "title": Key(validators.integer(1, 50), INTEGER, "CFR title", required=True),
        "parts": Key(
            validators.parts,
            {"type": ["string", "integer", "array"]},
            'CFR parts: "730-774" or "744,746"',
            required=True,
        ),
    },
    adapter="tracker.sources.ecfr.adapter",
    texts=True,
    inventory="states",
)
