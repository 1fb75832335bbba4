"""Writes the full text of a Federal Register document: GPO-style XML from its facts, and raw text and HTML from
that XML.

The element names are those of the Register's own XML: `RULE`, `PRORULE`, `NOTICE` with `PREAMB`, `SUPLINF`,
`REGTEXT`; presidential documents with `EXECORD`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from tracker.demo.agencies import AGENCIES
from tracker.demo.model import FrDocument

_BLOCKS = re.compile(
    r"</?(?:P|FP|HD|AMDPAR|SECTNO|SUBJECT|AUTH|PART|SECTION|AGENCY|SUBAGY|CFR|DEPDOC|RIN|AGY|ACT|SUM|EFFDATE"
    r"|DATES|ADD|FURINF|SUPLINF|SIG|NAME|TITLE|FRDOC|BILCOD|ROW|TTITLE|STARS|EXECORDR|PRES|TITLE3|DATE|PLACE"
    r"|REGTEXT|PREAMB|LSTSUB|GPOTABLE|BOXHD|CHED|ENT)\b[^>]*>"
)
_TAGS = re.compile(r"<[^>]+>")


def full_text(
    document: FrDocument,
    paragraphs: Iterable[str],
    *,
    regtext: str = "",
    signer: str = "",
) -> str:
    """Return the document as GPO XML. A paragraph that begins with `# ` is a heading; `regtext` is XML that is
    inserted unchanged between the supplementary information and the signature.
    """
    if document.type == "PRESDOCU":
        return _presidential(document, list(paragraphs), signer)
    root = {"RULE": "RULE", "PRORULE": "PRORULE"}.get(document.type, "NOTICE")
    facts = document.facts
    out = [f"<{root}>", "<PREAMB>", *_heads(document)]
    out += _labelled("AGY", "AGENCY:", [_agency_line(document)])
    if facts.get("action"):
        out += _labelled("ACT", "ACTION:", [facts["action"]])
    if document.abstract:
        out += _labelled("SUM", "SUMMARY:", [document.abstract])
    if facts.get("dates"):
        out += _labelled("EFFDATE" if document.type == "RULE" else "DATES", "DATES:", [facts["dates"]])
    if facts.get("addresses"):
        out += _labelled("ADD", "ADDRESSES:", [facts["addresses"]])
    out += ["</PREAMB>", "<SUPLINF>", '<HD SOURCE="HED">SUPPLEMENTARY INFORMATION:</HD>']
    out += [_paragraph(text) for text in paragraphs]
    out.append("</SUPLINF>")
    if regtext:
        out.append(regtext.strip())
    if signer:
        name, _, title = signer.partition(", ")
        out.append(f"<SIG><NAME>{escape(name)},</NAME><TITLE>{escape(title)}</TITLE></SIG>")
    out += _tail(document)
    out.append(f"</{root}>")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(out) + "\n"


def _heads(document: FrDocument) -> list[str]:
    facts = document.facts
    out = [f'<PRTPAGE P="{facts["start_page"]}"/>'] if facts.get("start_page") else []
    for slug in document.agencies:
        agency = AGENCIES[slug]
        out.append(
            f"<SUBAGY>{escape(agency.raw_name)}</SUBAGY>"
            if agency.parent in document.agencies
            else f'<AGENCY TYPE="F">{escape(agency.raw_name.upper())}</AGENCY>'
        )
    for title, parts in _cfr(facts.get("cfr_references", ())).items():
        word = "Part" if len(parts) == 1 else "Parts"
        out.append(f"<CFR>{title} CFR {word} {_and(parts)}</CFR>")
    if facts.get("docket_ids"):
        out.append(f"<DEPDOC>[{escape('; '.join(facts['docket_ids']))}]</DEPDOC>")
    out += [f"<RIN>RIN {escape(rin)}</RIN>" for rin in facts.get("regulation_id_numbers", ())]
    out.append(f"<SUBJECT>{escape(document.title.strip())}</SUBJECT>")
    return out


def _cfr(references: Iterable[dict[str, Any]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for reference in references:
        if reference.get("part"):
            found.setdefault(reference["title"], []).append(str(reference["part"]))
    return found


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _agency_line(document: FrDocument) -> str:
    names = [AGENCIES[slug].raw_name for slug in reversed(document.agencies)]
    return ", ".join(names) + "." if names else "The agency."


def _labelled(tag: str, label: str, paragraphs: Iterable[str]) -> list[str]:
    body = "".join(_paragraph(text) for text in paragraphs)
    return [f'<{tag}><HD SOURCE="HED">{label}</HD>{body}</{tag}>']


def _paragraph(text: str) -> str:
    text = text.strip()
    if text.startswith("# "):
        return f'<HD SOURCE="HD1">{escape(text[2:])}</HD>'
    return f"<P>{escape(text)}</P>"


def _tail(document: FrDocument) -> list[str]:
    number = escape(document.number)
    return [
        f"<FRDOC>[FR Doc. {number} Filed {_short(document.publication_date)}; 8:45 am]</FRDOC>",
        "<BILCOD>BILLING CODE 0000-00-P</BILCOD>",
    ]


def _short(day: date) -> str:
    return f"{day.month}-{day.day}-{day.year % 100:02}"


def _presidential(document: FrDocument, paragraphs: list[str], signer: str) -> str:
    facts = document.facts
    number = facts.get("executive_order_number")
    signed = (
        date.fromisoformat(facts["signing_date"]) if facts.get("signing_date") else document.publication_date
    )
    what = f"Executive Order {number}" if number else facts.get("subtype") or "Presidential Document"
    out = [
        "<PRESDOCU>",
        "<EXECORD>",
        f'<PRTPAGE P="{facts.get("start_page", 1)}"/>',
        "<TITLE3>Title 3—</TITLE3>",
        "<PRES>The President</PRES>",
        f"<EXECORDR>{escape(what)} of {signed:%B} {signed.day}, {signed.year}</EXECORDR>",
        f'<HD SOURCE="HED">{escape(document.title.strip())}</HD>',
        *(_paragraph(text) for text in paragraphs),
        f"<PSIG>{escape(signer)}</PSIG>" if signer else "",
        "<PLACE>THE WHITE HOUSE,</PLACE>",
        f"<DATE>{signed:%B} {signed.day}, {signed.year}.</DATE>",
        *_tail(document),
        "</EXECORD>",
        "</PRESDOCU>",
    ]
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(line for line in out if line) + "\n"


# --- the other formats


def plain_text(xml: str) -> str:
    """Return the words of a full text XML, one paragraph per block, with a blank line between."""
    text = xml.partition("?>")[2] if xml.startswith("<?xml") else xml
    text = _TAGS.sub("", _BLOCKS.sub("\x00", text))
    blocks = (" ".join(html.unescape(block).split()) for block in text.split("\x00"))
    return "\n\n".join(block for block in blocks if block) + "\n"


def text_from_facts(document: FrDocument) -> str:
    """Return the text of a document without XML: title, action, abstract and dates."""
    facts = document.facts
    blocks = (document.title, facts.get("action"), document.abstract, facts.get("dates"))
    return "\n\n".join(block.strip() for block in blocks if block) + "\n"


def html_text(title: str, text: str) -> str:
    """Return the document's page on federalregister.gov, shortened."""
    body = "\n".join(f"<p>{html.escape(block)}</p>" for block in text.strip().split("\n\n"))
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><title>Federal Register :: {html.escape(title)}</title></head>\n'
        f'<body><div id="fulltext_content_area"><h1>{html.escape(title)}</h1>\n{body}\n</div></body></html>\n'
    )
