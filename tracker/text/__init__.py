"""Normalizes text for comparison and search: white space, typography and case are folded."""

from __future__ import annotations

import json
import re
import unicodedata
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from typing import Any

# Between the cells of a table row: white space, so that a row's text contains only what the source prints, yet visible.
CELL_GAP = "\u2003"
# `10^(-10)`, `10^-10`, `V_(max)`: raised and lowered characters, as `parsing.superscripts` writes them.
_SCRIPT = re.compile(r"\^\(([^()]{1,80})\)|\^(?=[\d+−-])|(?<=\w)_\(([^()]{1,80})\)")
# Units of measure that take an exponent: cm³, s⁻¹.
_UNITS = """m cm mm km dm nm µm μm um in ft yd mi mil s sec ms min hr h Hz kHz MHz GHz kg mg µg g lb lbs mol K C A mA V kV
W mW kW MW GW J kJ MJ eV keV MeV N kN Pa hPa kPa MPa GPa bar mbar psi torr Torr rad mrad sr deg Ci Bq TBq Gy Sv T G L mL l
Ω Å bit bits cal"""
UNITS = frozenset(_UNITS.split())
_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
# English number words without a hyphen: "zero" to "nineteen", and the tens.
NUMBER_WORDS = {word: number for number, word in enumerate(_ONES.split())} | {
    word: number for number, word in zip(range(20, 100, 10), _TENS.split(), strict=True)
}
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def canonical_json(data: bytes | str) -> Any:
    """Return the value of a JSON text, safe to write in UTF-8: half of a surrogate pair, which JSON can contain
    and UTF-8 cannot, becomes a question mark. Raises ValueError, also for a number of thousands of digits;
    RecursionError.
    """
    if isinstance(data, str):
        text = data
    else:
        text = data.decode("utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig")
    value = json.loads(text)
    if _HALF.search(text):
        value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    return value


def fold_space(text: str) -> str:
    """Return the text with each run of white space as one space, none at the ends."""
    return " ".join(text.split())


def name_key(name: str) -> str:
    """Return a document's name normalized for comparison: its number, its citation, or its title as others
    quote it.
    """
    return search_key(name).strip(" .,;\"'“”‘’`")


def search_key(text: str) -> str:
    """Return a text normalized for index and search: NFKC, case folded, white space folded."""
    return fold_space(unicodedata.normalize("NFKC", text).casefold())


def index_form(text: str) -> str:
    """Return `search_key` for full-text search: superscripts and subscripts are plain characters, so that
    `10⁻¹⁰`, `10^-10`, `10^(-10)` and `10-10` find each other, and so do `H₂O` and `H2O`. Not for comparing
    names: it makes different names equal.
    """
    form = search_key(text).replace("\u2212", "-")
    if "^" in form or "_(" in form:
        form = _SCRIPT.sub(lambda found: found[1] or found[2] or "", form)
    return form
