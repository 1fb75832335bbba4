"""The forms of the answers of e-Gov's law API, version 2: https://laws.e-gov.go.jp/api/2/swagger-ui."""

from __future__ import annotations

from tracker.sources.expectations import Shape, fields_of

_REVISION = """
law_revision_id law_title current_revision_status str
law_type law_title_kana abbrev category updated str?
amendment_promulgate_date amendment_enforcement_date amendment_enforcement_comment str?
amendment_scheduled_enforcement_date amendment_law_id amendment_law_title amendment_law_title_kana amendment_law_num str?
amendment_type repeal_status repeal_date mission str?
remain_in_force bool?
"""
_LAW = """
law_info object
law_info.law_id law_info.law_num str
law_info.law_type law_info.law_num_era law_info.law_num_type law_info.law_num_num law_info.promulgation_date str?
law_info.law_num_year int?
"""
_TEXT = """
law_full_text any
attached_files_info any?
revision_info object
"""

SHAPES = (
    Shape(
        "revisions of a law", r"/law_revisions/", "json",
        {**fields_of(_LAW), "revisions": "list", **fields_of(_REVISION, "revisions[].")},
    ),
    Shape(
        "text of a revision", r"/law_data/", "json",
        {**fields_of(_LAW), **fields_of(_TEXT), **fields_of(_REVISION, "revision_info.")},
    ),
)  # fmt: skip
