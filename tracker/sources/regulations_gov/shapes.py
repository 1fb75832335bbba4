"""The forms of the answers of version 4 of the API: https://open.gsa.gov/api/regulationsgov/."""

from __future__ import annotations

from tracker.sources.expectations import Shape, fields_of

_LIST = """
data list
data[].id data[].type str
data[].links data[].relationships any?
data[].attributes object
data[].attributes.agencyId data[].attributes.title data[].attributes.lastModifiedDate str
data[].attributes.documentType data[].attributes.postedDate data[].attributes.objectId str
data[].attributes.docketId data[].attributes.commentOnId data[].attributes.frDocNum data[].attributes.subtype str?
data[].attributes.commentStartDate data[].attributes.commentEndDate data[].attributes.highlightedContent str?
data[].attributes.withdrawn data[].attributes.openForComment data[].attributes.withinCommentPeriod bool?
data[].attributes.allowLateComments bool?
included any?
meta object
meta.totalElements meta.totalPages meta.pageNumber meta.pageSize meta.numberOfElements int
meta.hasNextPage bool
meta.aggregations meta.filters meta.firstPage meta.lastPage meta.hasPreviousPage any?
"""
_DOCKET = """
data object
data.id data.type str
data.links data.relationships any?
data.attributes object
data.attributes.agencyId data.attributes.title str
data.attributes.docketType data.attributes.dkAbstract data.attributes.rin data.attributes.modifyDate str?
data.attributes.displayProperties data.attributes.keywords data.attributes.program data.attributes.shortTitle any?
data.attributes.subType data.attributes.subType2 data.attributes.category data.attributes.effectiveDate any?
data.attributes.generic data.attributes.legacyId data.attributes.objectId data.attributes.organization any?
data.attributes.petitionNbr data.attributes.field1 data.attributes.field2 any?
included any?
"""
_COMMENT = """
data object
data.id data.type str
data.links data.relationships any?
data.attributes any
included any?
"""

SHAPES = (
    Shape("docket", r"/dockets/", "json", fields_of(_DOCKET)),
    Shape("comment", r"/comments/", "json", fields_of(_COMMENT)),
    Shape("list of documents or comments", r"/(documents|comments)\?", "json", fields_of(_LIST)),
)
