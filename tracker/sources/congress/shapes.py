"""The forms of version 3 of the API of Congress.gov."""

from __future__ import annotations

from tracker.sources.expectations import Shape, fields_of

_BILL = """
congress int
type number title str
updateDate updateDateIncludingText introducedDate originChamber originChamberCode legislationUrl url str?
latestAction.actionDate latestAction.text str?
latestAction.actionTime str?
laws policyArea sponsors cosponsors committees subjects summaries titles relatedBills amendments any?
actions textVersions cboCostEstimates committeeReports notes constitutionalAuthorityStatementText any?
"""
_PAGES = """
pagination.count int
pagination.next pagination.prev str?
request any?
"""
_ACTIONS = """
actions[].actionDate actions[].text str
actions[].type actions[].actionCode actions[].actionTime str?
actions[].sourceSystem actions[].committees actions[].recordedVotes actions[].calendarNumber any?
"""
_TEXTS = """
textVersions[].type str
textVersions[].date str?
textVersions[].formats[].type textVersions[].formats[].url str
"""

SHAPES = (
    Shape("actions of a bill", r"/actions\?", "json", fields_of(_ACTIONS) | fields_of(_PAGES)),
    Shape("texts of a bill", r"/text\?", "json", fields_of(_TEXTS) | fields_of(_PAGES)),
    Shape(
        "one bill", r"/bill/\d+/[a-z]+/\d+\?", "json", fields_of(_BILL, "bill.") | fields_of("request any?")
    ),
    Shape("list of bills", r"/bill/\d+\?", "json", fields_of(_BILL, "bills[].") | fields_of(_PAGES)),
)
