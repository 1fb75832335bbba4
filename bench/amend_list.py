"""The cost of a rule that adds many parties to the Entity List: the seconds of `tracker amend --json` on the recorded
part 744. The names are invented; a part of them has no proved place, because the list itself is not in order there.
"""

from __future__ import annotations

import lzma
from itertools import islice, product
from time import perf_counter, process_time

from bench import report
from tests.recorded import ROOT
from tracker.amendments.amend import amend
from tracker.amendments.as_json import amended_json
from tracker.amendments.base import read_base
from tracker.amendments.files import read_rule_file

_BASE = ROOT / "ecfr" / "15-cfr-744" / "2026-07-18.xml.xz"
_COUNTRIES = ("CHINA, PEOPLE'S REPUBLIC OF", "IRAN", "RUSSIA", "UNITED ARAB EMIRATES")
_SIZES = (300, 600, 1_200)
_FIRST = ("Ab", "Be", "Ca", "De", "Fo", "Gu", "Hi", "Ja", "Ku", "Lo", "Mi", "Na", "Or", "Pu", "Ru", "Sh")
_SECOND = (
    "nda",
    "lor",
    "xin",
    "tek",
    "mar",
    "son",
    "vel",
    "qua",
    "rix",
    "bei",
    "dong",
    "hua",
    "lin",
    "wen",
    "zor",
)
_KINDS = ("Optics", "Lathe", "Wafer", "Laser", "Valve")
_HEADS = ("Country", "Entity", "License requirement", "License review policy", "Federal Register citation")


def cost() -> str:
    """Return the table of sizes and CPU seconds; "" where there is no recorded part."""
    if not _BASE.exists():
        return ""
    base = lzma.decompress(_BASE.read_bytes())
    rows = []
    for size in _SIZES:
        rule = _rule(size)
        started, used = perf_counter(), process_time()
        result = amend(read_base(base), read_rule_file("rule.xml", rule))
        found = amended_json(result, base)["units"]
        computed = sum(unit["state"] == "computed" for unit in found)
        seconds = (process_time() - used, perf_counter() - started)
        rows.append([f"{size:,}", f"{computed:,}", *(f"{one:.1f}" for one in seconds)])
    heads = [
        "parties added to the recorded part 744",
        "computed",
        "CPU seconds",
        "seconds, with the workers that read",
    ]
    return report.table(heads, rows)


def _rule(size: int) -> bytes:
    names = [
        f"{first}{second} Precision {kind} Co., Ltd."
        for kind, first, second in islice(product(_KINDS, _FIRST, _SECOND), size)
    ]
    orders, rows = "", ""
    for place, country in enumerate(_COUNTRIES):
        own = names[place :: len(_COUNTRIES)]
        quoted = ", ".join(f"“{name}”" for name in own)
        orders += f"<AMDPAR>{'abcd'[place]}. Under {country}, by adding, in alphabetical order, entries for {quoted};</AMDPAR>"
        rows += "".join(_row(country if name is own[0] else "", name) for name in own)
    heads = "".join(f'<CHED H="1">{head}</CHED>' for head in _HEADS)
    return f"""<RULE><PREAMB><DATES><HD SOURCE="HED">DATES:</HD><P>This rule is effective December 1, 2026.</P></DATES></PREAMB>
<SUPLINF><REGTEXT TITLE="15" PART="744"><AMDPAR>2. Supplement No. 4 to part 744 is amended:</AMDPAR>{orders}
<P>The additions read as follows:</P><HD SOURCE="HD1">Supplement No. 4 to Part 744—Entity List</HD>
<GPOTABLE COLS="5"><BOXHD>{heads}</BOXHD>{rows}</GPOTABLE></REGTEXT></SUPLINF>
<FRDOC>[FR Doc. 2026-99999 Filed 11-30-26; 8:45 am]</FRDOC></RULE>""".encode()


def _row(country: str, name: str) -> str:
    cells = (
        f"{name}, 1 Test Road, Somewhere.",
        "For all items subject to the EAR. (See § 744.11 of the EAR).",
        "Presumption of denial.",
        "91 FR 1, 12/01/2026.",
    )
    return f'<ROW><ENT I="01">{country}</ENT>{"".join(f"<ENT>{cell}</ENT>" for cell in cells)}</ROW>'
