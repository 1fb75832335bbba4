"""Reads the file of a rule: Federal Register XML, raw text of public inspection, HTML, or a PDF."""

from __future__ import annotations

import re

from tracker.amendments.actions import AmendatoryRule
from tracker.amendments.reader import read_rule, read_rule_lines, read_rule_text
from tracker.errors import ParseError
from tracker.parsing import read_file
from tracker.parsing.fr_text import plain, read_fr_text
from tracker.parsing.gpo_xml import Element
from tracker.text.safe_xml import NotXmlError, parse_root

_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml\b|RULE\b|PRORULE\b|NOTICE\b|CORRECT\b|FEDREG\b)")
_PAGED = re.compile(rb"<html\b|<!doctype html", re.IGNORECASE)


def rule_tree(data: bytes, name: str) -> Element:
    """Return the root of a rule's XML with its raised characters as elements, as the eCFR has them: `gpo_xml.tree`
    writes them into the text. Raises ParseError.
    """
    try:
        return parse_root(data)
    except NotXmlError as error:
        raise ParseError(f"{name}: not well-formed XML: {error}", cure="fetch it again") from error


def read_rule_file(name: str, data: bytes) -> AmendatoryRule:
    """Return the instructions of a rule, by what its file is. Raises ParseError in one line."""
    if not data.strip():
        raise ParseError(f"{name}: the file is empty")
    if _XML.match(data):
        return read_rule(rule_tree(data, name))
    if b"%PDF-" in data[:1024] or (_PAGED.search(data[:4000]) and b"<pre" not in data[:4000].lower()):
        document = read_file(name, data)
        return read_rule_text([unit.text for unit in document.units], document.document_number or "")
    facts = read_fr_text(data)
    return read_rule_lines(plain(data).splitlines(), facts.number, facts.dates)
