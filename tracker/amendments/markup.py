"""Writes text that a rule sets out, in Federal Register XML, as the eCFR marks it up."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from tracker.parsing.gpo_xml import Element, tidy_emphasis
from tracker.text.safe_xml import NotXmlError, parse_root

_DROPPED = frozenset({"PRTPAGE", "FTREF", "BILCOD", "SECTNO"})
_INLINE_E = {"03": "I", "01": "I", "7462": "I", "51": "sup", "52": "sub"}
_PLAIN = {"SU": "sup", "SUP": "sup", "SUB": "sub", "I": "I", "B": "B", "sup": "sup", "sub": "sub"}
_BLOCKS = {
    "P": "P",
    "HED": "HED",
    "HD": "HD1",
    "FTNT": "FTNT",
    "NOTE": "NOTE",
    "EXTRACT": "EXTRACT",
    "FP": "FP",
}
_FP = re.compile(r"FP(?:\d-\d|-\d)\Z")


class MarkupError(ValueError):
    """The text is the reason, in plain words."""


def element_of(xml: str) -> Element:
    """Return the element of a line that is set out, with the space around its emphasis as printed. Raises
    MarkupError.
    """
    try:
        root = parse_root(f"<R>{xml}</R>".encode())
    except NotXmlError as error:
        raise MarkupError(f"the markup of the text set out is damaged: {error}") from error
    tidy_emphasis(root)
    if len(root) != 1:
        raise MarkupError("a line of the text set out is not one element")
    return root[0]


def block_markup(element: Element, *, ascii_only: bool, tag: str = "") -> str:
    """Return an element of the Register as a block of the eCFR. `tag` replaces its own. Raises MarkupError for
    markup that has no known form there.
    """
    name = tag or _block_name(element)
    if element.tag == "GPH":
        text = _figure(element)
    elif element.tag == "GPOTABLE":
        text = _table(element)
    else:
        text = f"<{name}>{_content(element).strip()}</{name}>"
    return to_ascii(text) if ascii_only else text


def to_ascii(text: str) -> str:
    return "".join(c if c.isascii() else f"&#x{ord(c):x};" for c in text)


def plain_block(text: str, *, ascii_only: bool, tag: str = "P") -> str:
    """Return a paragraph of plain text as a block."""
    made = f"<{tag}>{escape(text)}</{tag}>"
    return to_ascii(made) if ascii_only else made


def _block_name(element: Element) -> str:
    tag, source = str(element.tag), element.get("SOURCE", "")
    if tag == "HD":
        return "HED" if source == "HED" else source if re.fullmatch(r"HD\d", source) else "HD1"
    if tag == "FP":
        return source if _FP.match(source) else "FP"
    if tag in ("GPH", "GPOTABLE"):
        return "DIV"
    if tag == "SUBJECT":
        return "HEAD"
    if tag not in _BLOCKS and not _FP.match(tag) and not re.fullmatch(r"HD\d", tag):
        raise MarkupError(f"the markup <{tag}> of the text set out has no known form in the eCFR")
    return _BLOCKS.get(tag, tag)


def _content(element: Element) -> str:
    parts = [escape(_space(element.text))]
    for child in element:
        tag = str(child.tag)
        if tag in _DROPPED:
            pass
        elif tag == "E" or tag in _PLAIN:
            parts.append(_emphasis(child))
        elif tag == "LI":
            parts.append(f"{'<br/>' if ''.join(parts).strip() else ''}{_content(child)}")
        elif tag in ("AC", "FR"):
            if tag == "AC":
                raise MarkupError("the text set out has an accent mark that is a code")
            parts.append(_content(child))
        elif tag == "br":
            parts.append("<br/>")
        elif tag in _BLOCKS or _FP.match(tag) or re.fullmatch(r"HD\d", tag):
            name = _block_name(child)
            parts.append(f"\n<{name}>{_content(child).strip()}</{name}>")
        elif tag == "GPOTABLE":
            parts.append(_table(child))
        else:
            raise MarkupError(f"the markup <{tag}> of the text set out has no known form in the eCFR")
        parts.append(escape(_space(child.tail)))
    return "".join(parts)


def _emphasis(element: Element) -> str:
    inner = _content(element)
    if element.tag != "E":
        name = _PLAIN[str(element.tag)]
        return f"<{name}>{inner}</{name}>" if inner.strip() else inner
    kind = element.get("T", "03")
    if not inner.strip():
        return inner
    if kind in ("53", "54"):
        name = "sup" if kind == "53" else "sub"
        return f"<{name}><I>{inner}</I></{name}>"
    if kind in _INLINE_E:
        return f"<{_INLINE_E[kind]}>{inner}</{_INLINE_E[kind]}>"
    return f'<E T="{escape(kind, {chr(34): "&quot;"})}">{inner}</E>'


def _space(text: str | None) -> str:
    return re.sub(r"\s+", " ", text) if text else ""


def _figure(element: Element) -> str:
    name = (element.findtext("GID") or "").strip().lower()
    if not re.fullmatch(r"[a-z0-9.]+", name):
        raise MarkupError("a figure of the text set out has no name")
    return f'<img src="/graphics/{name}.gif"/>'


def _table(element: Element) -> str:
    """Return a table as the eCFR writes it. Header cells over several columns are left to a person."""
    heads = element.findall("BOXHD/CHED")
    if any(head.get("H", "1") != "1" for head in heads):
        raise MarkupError("a table of the text set out has headers of several levels")
    lines = ['<DIV width="100%"><DIV class="gpotbl_div">\n<TABLE border="1" class="gpo_table" width="100%">']
    titles = [title for title in element.findall("TTITLE") if _content(title).strip()]
    lines += [f"<CAPTION><P>{_content(title).strip()}</P></CAPTION>" for title in titles]
    if any(_content(head).strip() for head in heads):
        lines.append("<THEAD>\n<TR>")
        lines += [f"<TH>{_content(head).strip()}</TH>" for head in heads]
        lines.append("</TR>\n</THEAD>")
    lines.append("<TBODY>")
    for row in element.findall("ROW"):
        lines.append("<TR>")
        lines += [f"<TD>{cell_markup(cell)}</TD>" for cell in row.findall("ENT")]
        lines.append("</TR>")
    lines.append("</TBODY>")
    if notes := element.findall("TNOTE"):
        lines.append("<TFOOT><TR><TD>")
        lines += [f"<P>{_content(note).strip()}</P>" for note in notes]
        lines.append("</TD></TR></TFOOT>")
    lines.append("</TABLE>\n</DIV></DIV>")
    return "\n".join(lines)


def cell_markup(cell: Element) -> str:
    """Return the content of a table's cell. Raises MarkupError."""
    return _content(cell).strip()


def inner_markup(element: Element, *, ascii_only: bool) -> str:
    """Return the content of a line. Raises MarkupError."""
    text = _content(element).strip()
    return to_ascii(text) if ascii_only else text
