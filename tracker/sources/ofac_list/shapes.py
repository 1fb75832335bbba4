"""The form of the answers of OFAC's Sanctions List Service."""

from __future__ import annotations

from tracker.sources.expectations import Shape, fields_of

_PUBLICATIONS = """
[].publicationID int
[].datePublished str
"""
_FULL = (
    "sdnList publshInformation Publish_Date Record_Count sdnEntry uid firstName lastName sdnType title remarks programList program akaList aka type "
    "category addressList address address1 address2 address3 city stateOrProvince postalCode country nationalityList nationality mainEntry "
    "citizenshipList citizenship dateOfBirthList dateOfBirthItem dateOfBirth placeOfBirthList placeOfBirthItem placeOfBirth idList id idType "
    "idNumber idCountry issueDate expirationDate vesselInfo callSign vesselType vesselFlag vesselOwner tonnage grossRegisteredTonnage"
)
SHAPES = (
    Shape("history of publications", r"/changes/history/", "json", fields_of(_PUBLICATIONS)),
    Shape(
        "full file",
        r"/exports/[^/]*\.XML$",
        "xml",
        elements=frozenset(_FULL.split()),
        required=frozenset({"sdnList", "publshInformation", "Publish_Date", "sdnEntry", "uid", "lastName"}),
    ),
)
