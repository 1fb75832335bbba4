"""Parses untrusted XML: no entity is resolved, nothing is loaded, and the depth is limited."""

from __future__ import annotations

from lxml import etree

from tracker.text import fold_space
from tracker.text.encodings import xml_as_utf_8

# The eCFR nests about 15 deep. Parsers descend recursively.
MAX_DEPTH = 100
_TOO_DEEP = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")


class NotXmlError(ValueError):
    """The text is one line: the fault and its place."""


def parse_root(data: bytes, label: str = "") -> etree._Element:
    """Return the root, without comments and processing instructions. `label` is the charset of the response.
    Raises NotXmlError.

    The caller limits the size: texts in the tree may be long.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(xml_as_utf_8(data, label), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotXmlError(fold_space(str(error))[:160]) from error
    if _TOO_DEEP(root):
        raise NotXmlError(f"elements within elements, more than {MAX_DEPTH} deep")
    return root
