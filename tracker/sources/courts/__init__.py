"""The source kind for the judgments of the courts that decide about trade measures."""

from tracker.config.keys import BASE_URL, STRING, Key, choices
from tracker.config.source_kinds import SourceKind
from tracker.config.source_secrets import secret_key
from tracker.config.validators import base, subset_of
from tracker.court_cases import COURTS

KIND = SourceKind(
    name="courts",
    keys={
        "base_url": BASE_URL,
        "courts": Key(
            subset_of(COURTS), choices(COURTS), "the courts: cit, cafc, scotus; default: all three"
        ),
        "supreme_court_url": Key(base, STRING, "the site of the Supreme Court"),
        "token": secret_key("the token of CourtListener, where base_url is its API"),
    },
    adapter="tracker.sources.courts.adapter",
)
