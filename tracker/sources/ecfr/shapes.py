"""The forms of the eCFR's answers: https://www.ecfr.gov/developers/documentation/api/v1."""

from __future__ import annotations

from tracker.sources.expectations import Shape, fields_of

_TITLES = """
titles list
titles[].number int
titles[].name str
titles[].latest_amended_on titles[].latest_issue_date titles[].up_to_date_as_of str?
titles[].reserved bool
titles[].processing_in_progress bool?
meta object
meta.date str
meta.import_in_progress bool
"""
_STRUCTURE = """
identifier label label_level label_description type str
reserved generated_id bool?
size int?
received_on descendant_range section_range str?
volumes list?
volumes[] str
children list?
children[] =
"""
_VERSIONS = """
content_versions list
content_versions[].date content_versions[].amendment_date content_versions[].issue_date str
content_versions[].identifier content_versions[].name content_versions[].title content_versions[].type str
content_versions[].part content_versions[].subpart str?
content_versions[].substantive content_versions[].removed bool
meta any
"""
_ELEMENTS = """
AUTH B CAPTION CITA DIV DIV1 DIV2 DIV3 DIV4 DIV5 DIV6 DIV7 DIV8 DIV9 E ECFR EDNOTE EFFDNOT EFTNT EXTRACT FP FP-1 FP-2 FP1-2 FR FTNT
FTREF HD1 HD2 HD3 HEAD HED I LI MATH NOTE P P-1 P-2 PG PSPACE SCOL2 SECAUTH SOURCE STARS SU TABLE TBODY TD TFOOT TH THEAD TR XREF
br img p strong em sub sup span div table tbody thead tr td th ul li a
"""

SHAPES = (
    Shape("titles", r"/titles\.json", "json", fields_of(_TITLES)),
    Shape("structure of a title", r"/structure/", "json", fields_of(_STRUCTURE)),
    Shape("versions", r"/versions/", "json", fields_of(_VERSIONS)),
    Shape(
        "text of a part",
        r"/full/",
        "xml",
        elements=frozenset(_ELEMENTS.split()),
        required=frozenset({"DIV5", "HEAD"}),
    ),
)
