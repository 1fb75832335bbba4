"""The forms of the Federal Register's answers: https://www.federalregister.gov/developers/documentation/api/v1."""

from __future__ import annotations

from tracker.sources.expectations import Shape, fields_of

_RECORD = """
document_number title type publication_date str
agencies list
agencies[].raw_name str
agencies[].name agencies[].slug agencies[].url agencies[].json_url str?
agencies[].id agencies[].parent_id int?
cfr_references list?
cfr_references[] any
docket_ids regulation_id_numbers topics list?
docket_ids[] regulation_id_numbers[] topics[] str
corrections list?
corrections[] any
abstract action citation dates disposition_notes executive_order_notes subtype toc_doc toc_subject str?
comments_close_on effective_on signing_date correction_of str?
body_html_url full_text_xml_url html_url json_url pdf_url raw_text_url str?
executive_order_number presidential_document_number proclamation_number any?
start_page end_page volume int?
significant bool?
"""
_LIST = """
count int
description str?
total_pages int?
next_page_url previous_page_url str?
results list?
"""
# The elements of the GPO's print XML in documents of 2020 to 2026.
_ELEMENTS = """
ACT ADD AGCY AGENCY AGY AIDS AMDPAR APPENDIX APPR AUTH BILCOD BOXHD CAT CFR CHAPTER CHED CITA CNTNTS COL CONTENTS DATE DATED
DATES DEPDOC DETERM DOC DOCENT E EAR EDNOTE EFFDATE ENT EXECORD EXECORDR EXTRACT FDSYS FEDREG FILED FP FR FRDOC FRDOCBP FTNT
FTREF FURINF GID GPH GPOTABLE HD HED HRULE LI LSTSUB MATH MID NAME NEWPART NO NOTE NOTICE NOTICES OADATE P PART PARTNO PGS
PNOTICE PREAMB PREAMHD PRES PRESDOC PRESDOCS PRESDOCU PRESMEMO PRIACT PRMEMO PROC PROCLA PRORULE PRORULES PRTPAGE PSIG PTITLE PTS
REGTEXT RESERVED RIN ROW RULE RULES SECHD SECTION SECTNO SEE SEQUENCE SIG SIGDAT SIGNER SJ SJDENT SJDOC SOURCE STARS SU SUBAGY
SUBJECT SUBPART SUM SUPLINF TDESC TITLE TITLE3 TNOTE TRTITLE TTITLE UNITNAME VOL
"""

SHAPES = (
    Shape(
        "list of documents",
        r"/documents\.json",
        "json",
        {**fields_of(_LIST), **fields_of(_RECORD, "results[].")},
    ),
    Shape("document", r"/documents/[^/]+\.json", "json", fields_of(_RECORD)),
    Shape("full text", r"\.xml(\?|$)", "xml", elements=frozenset(_ELEMENTS.split())),
)
