"""The source kind for published documents of the Federal Register, from its API, with their full texts; the
inventory of each issue comes from GovInfo.
"""

from tracker.config import validators
from tracker.config.keys import BASE_URL, BOOLEAN, STRING, STRINGS, TIME_SPAN, Key, choices
from tracker.config.source_kinds import SourceKind

_TYPES = ("RULE", "PRORULE", "NOTICE", "PRESDOCU")
AGENCIES = Key(validators.string_list, STRINGS, "agency slugs of the Federal Register; none: all agencies")
FULL_TEXT = Key(validators.boolean, BOOLEAN, "also fetch and parse the full text of documents in the field")

SERIES = "federal-register"

KIND = SourceKind(
    name="federal-register",
    keys={
        "base_url": BASE_URL,
        "agencies": AGENCIES,
        "types": Key(validators.subset_of(_TYPES), choices(_TYPES), "document types; none: all"),
        "recheck": Key(
            validators.duration,
            TIME_SPAN,
            "how long published documents are checked again for corrections in place",
        ),
        "issues_url": Key(
            validators.base,
            STRING,
            "GovInfo, which gives the daily reconciliation the contents of each issue",
        ),
        "full_text": FULL_TEXT,
    },
    adapter="tracker.sources.federal_register.adapter",
    inventory="documents",
    series=SERIES,
    regular=True,
)
