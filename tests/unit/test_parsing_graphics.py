"""Graphics and formulas of the law's own XML: another picture under the same words is another text."""

from __future__ import annotations

import pytest

from tracker import diffing
from tracker.model import Document, DocumentKind
from tracker.parsing.ecfr_xml import ecfr_units
from tracker.parsing.fr_xml import fr_units
from tracker.parsing.gpo_xml import tree

SECTION = """<DIV5 N="744" TYPE="PART"><HEAD>PART 744</HEAD><DIV8 N="744.9" TYPE="SECTION"><HEAD>§ 744.9 Rates.</HEAD>
<P>(a) The performance is computed by the formula:</P>{}<P>(b) It is rounded.</P></DIV8></DIV5>"""
RULE = """<RULE><PREAMB><AGENCY TYPE="F">DEPARTMENT OF COMMERCE</AGENCY><SUBJECT>Rates</SUBJECT></PREAMB><SUPLINF><HD SOURCE="HD1">Formula</HD>
<P>The performance is computed by the formula:</P>{}<P>It is rounded.</P></SUPLINF></RULE>"""


def ecfr(graphic: str) -> Document:
    units, _, _ = ecfr_units(tree(SECTION.format(graphic).encode(), "x"), "15")
    return Document("k", DocumentKind.CFR, "t", "", units)


def register(graphic: str) -> Document:
    units, _ = fr_units(tree(RULE.format(graphic).encode(), "x"), "x")
    return Document("k", DocumentKind.RULE, "t", "", units)


@pytest.mark.parametrize(
    "graphic",
    [
        '<img src="/graphics/er27au25.{}.gif"/>',
        '<P><img src="/graphics/er27au25.{}.gif"/></P>',
        '<div class="graphic"><img src="/graphics/er27au25.{}.gif" alt=""/></div>',
        '<P>where the rate is <img src="/graphics/er27au25.{}.gif"/> percent</P>',
        '<MATH><MID>ER27AU25.{}</MID></MATH>',
        '<GPH SPAN="3" DEEP="61"><GID>ER27AU25.{}</GID></GPH>',
    ],
    ids=["alone", "paragraph", "div", "in a line", "MATH", "GPH"],
)  # fmt: skip
@pytest.mark.parametrize("read", [ecfr, register])
def test_another_graphic_is_another_text(graphic: str, read: object) -> None:
    assert callable(read)
    old, new = read(graphic.format("006")), read(graphic.format("007"))
    (found,) = diffing.substantive(diffing.compare(old, new))
    assert "27au25.006" in found.before.lower()
    assert "27au25.007" in found.after.lower()
