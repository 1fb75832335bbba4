"""The form of the list of documents on public inspection: https://www.federalregister.gov/developers/documentation/api/v1."""

from __future__ import annotations

from tracker.sources.expectations import Shape, fields_of

_FIELDS = """
count int
results list?
special_filings_updated_at regular_filings_updated_at str?
results[].document_number results[].title results[].type results[].filed_at results[].filing_type str
results[].agencies list
results[].agencies[].raw_name results[].agencies[].name results[].agencies[].slug str?
results[].agencies[].url results[].agencies[].json_url str?
results[].agencies[].id results[].agencies[].parent_id int?
results[].agency_names results[].docket_numbers list?
results[].agency_names[] results[].docket_numbers[] str
results[].editorial_note results[].excerpts results[].publication_date str?
results[].html_url results[].json_url results[].pdf_url results[].raw_text_url str?
results[].num_pages results[].pdf_file_size int?
results[].page_views results[].last_public_inspection_issue any?
results[].pdf_file_name results[].pdf_updated_at str?
results[].subject_1 results[].subject_2 results[].subject_3 results[].toc_doc results[].toc_subject str?
"""

SHAPES = (Shape("list on public inspection", r"/current\.json", "json", fields_of(_FIELDS)),)
