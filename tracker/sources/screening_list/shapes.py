"""The form of the Consolidated Screening List: https://developer.trade.gov/consolidated-screening-list.html."""

from __future__ import annotations

from tracker.sources.expectations import Shape, fields_of

_FIELDS = """
total offset int?
sources search_performed_at any?
results list
results[].name results[].source str
results[].id results[].entity_number results[].source_list_url results[].source_information_url str?
results[].type results[].title results[].remarks results[].federal_register_notice str?
results[].license_policy results[].license_requirement results[].standard_order str?
results[].start_date results[].end_date results[].country results[].call_sign str?
results[].vessel_type results[].vessel_flag results[].vessel_owner results[].gross_tonnage results[].gross_registered_tonnage any?
results[].alt_names results[].programs results[].citizenships results[].dates_of_birth results[].nationalities list?
results[].alt_names[] results[].programs[] results[].citizenships[] results[].dates_of_birth[] results[].nationalities[] str
results[].places_of_birth list?
results[].places_of_birth[] str
results[].addresses results[].ids list?
results[].addresses[].address results[].addresses[].city results[].addresses[].state str?
results[].addresses[].postal_code results[].addresses[].country str?
results[].ids[].type results[].ids[].number results[].ids[].country results[].ids[].issue_date results[].ids[].expiration_date str?
"""

SHAPES = (Shape("list of parties", r"\.json", "json", fields_of(_FIELDS)),)
