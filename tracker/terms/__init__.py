"""Japanese and English names of ECCNs, sections, license exceptions, country groups, agencies, goods and conduct.

The names are the program's own, shipped as data (`*.toml`); none is an official translation.
"""

from tracker.terms.conduct import conduct_name
from tracker.terms.goods import Goods, goods_ja, goods_name, goods_of, plain_goods
from tracker.terms.law import (
    agency_id,
    agency_name,
    country_group_name,
    legal_basis_name,
    license_exception_name,
    party_list_name,
    reason_for_control_name,
    review_policy_name,
)
from tracker.terms.places import eccn_label, eccn_name, place_label, section_name
from tracker.terms.translation import leading_phrase, names_action, phrase_ja, trailing_phrase

__all__ = [
    "Goods",
    "agency_id",
    "agency_name",
    "conduct_name",
    "country_group_name",
    "eccn_label",
    "eccn_name",
    "goods_ja",
    "goods_name",
    "goods_of",
    "leading_phrase",
    "legal_basis_name",
    "license_exception_name",
    "names_action",
    "party_list_name",
    "phrase_ja",
    "place_label",
    "plain_goods",
    "reason_for_control_name",
    "review_policy_name",
    "section_name",
    "trailing_phrase",
]
