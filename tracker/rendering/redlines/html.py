"""Renders a redline as one self-contained HTML page: inline or side by side, printable, without scripts.

The page loads nothing (its policy forbids it), and text from outside is escaped. Typographic differences are on
the page but hidden until the reader shows them; the switches are form controls styled by CSS.
"""

from __future__ import annotations

from functools import cache
from html import escape
from importlib import resources
from itertools import groupby

from tracker.diffing.summary import split_path, summarize
from tracker.i18n import t
from tracker.legal_status.ribbons import Ribbon
from tracker.model import Language, Op, Operation
from tracker.rendering.redlines.model import Redline
from tracker.sanitize import safe_url, sanitize

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@cache
def style() -> str:
    return resources.files(__package__).joinpath("redline.css").read_text(encoding="utf-8")


def render(redline: Redline, language: Language = "en") -> str:
    """Return the page as a string; save it as UTF-8."""
    editorial = sum(op.editorial for op in redline.visible())
    title, *official = map(_safe, redline.names(language) or (t("redline.title", language),))
    named = "".join(f'<p lang="en">{name}</p>' for name in official)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{title}</title><style>{style()}</style></head><body>\n"
        f"<header><h1>{title}</h1>{named}{_standing(redline, language)}{_facts(redline, language)}"
        f'<p class="summary">{_safe(summarize(redline.operations).get(language))}</p>'
        f'<p class="key">{_safe(t("redline.key", language))}</p></header>\n'
        f"{_switches(editorial, language)}<main>{body(redline, language)}</main></body></html>\n"
    )


def body(redline: Redline, language: Language) -> str:
    """Return the operations, grouped by place, as a fragment that `style` formats."""
    visible = redline.visible()
    if not visible:
        return f"<p>{_safe(t('redline.same', language))}</p>"
    return "".join(
        _place(redline, name, list(operations), language)
        for name, operations in groupby(visible, key=lambda op: split_path(op.path)[0])
    )


def _standing(redline: Redline, language: Language) -> str:
    return "".join(map(_ribbon, redline.standing(language)))


def _ribbon(ribbon: Ribbon) -> str:
    return f'<p class="ribbon {_safe(ribbon.state)}">{_safe(ribbon.words)}</p>'


def _safe(text: str) -> str:
    return escape(sanitize(text), quote=True)


def _facts(redline: Redline, language: Language) -> str:
    rows = []
    for name, value in redline.facts(language):
        address = safe_url(redline.url)
        words = _safe(value)
        if name == t("redline.source", language) and address:
            link = f'<a href="{escape(address, quote=True)}" rel="noreferrer noopener">{_safe(address)}</a>'
            words = f"{_safe(redline.source)} {link}"
        rows.append(f"<dt>{_safe(name)}</dt><dd>{words}</dd>")
    return f"<dl>{''.join(rows)}</dl>"


def _switches(editorial: int, language: Language) -> str:
    inputs = (
        '<input class="view" type="radio" name="view" id="inline" checked>'
        '<input class="view" type="radio" name="view" id="side">'
    )
    labels = (
        f'<label for="inline">{_safe(t("redline.inline", language))}</label>'
        f'<label for="side">{_safe(t("redline.side-by-side", language))}</label>'
    )
    if editorial:
        inputs += '<input class="view" type="checkbox" id="editorial">'
        words = _safe(t("redline.show-editorial", language, count=editorial))
        labels += f'<label for="editorial">{words}</label>'
    return f'{inputs}<div class="switches">{labels}</div>\n'


def _place(redline: Redline, name: str, operations: list[Operation], language: Language) -> str:
    hidden = ' class="editorial"' if all(op.editorial for op in operations) else ""
    return f"<section{hidden}><h2>{_safe(name)}</h2>{''.join(_op(redline, op, language) for op in operations)}</section>\n"


def _op(redline: Redline, op: Operation, language: Language) -> str:
    place, local = split_path(op.path)
    words_differ = any(kind != "equal" for kind, _ in op.spans)
    quiet = op.follows is not None and not words_differ
    classes = ["op", op.op.value, *(["editorial"] if op.editorial else []), *(["follower"] if quiet else [])]
    was = []
    if op.from_path and op.from_path != op.path:
        was.append(t("redline.from", language, path=_relative_path(op.from_path, place)))
    if op.follows:
        was.append(t("redline.follows", language, path=_relative_path(op.follows, place)))
    if op.editorial:
        was.append(t("redline.editorial", language))
    head = (
        f'<h3><span class="badge">{_safe(t(f"op.{op.op.value}", language))}</span>{_safe(local or place)}'
        f' <span class="was">{_safe(" · ".join(was))}</span></h3>'
    )
    head += "".join(map(_ribbon, redline.ribbons(op.path, language)))
    return f'<article class="{" ".join(classes)}">{head}{"" if quiet else _words(op, language)}</article>\n'


def _relative_path(path: str, place: str) -> str:
    """Return a path without its section, where the heading already names the section."""
    other, local = split_path(path)
    return local if local and other == place else path


def _words(op: Operation, language: Language) -> str:
    inline = "".join(_span(kind, text) for kind, text in op.spans)
    old = "".join(_span(kind, text) for kind, text in op.spans if kind != "insert")
    new = "".join(_span(kind, text) for kind, text in op.spans if kind != "delete")
    none = f'<span class="was">{_safe(t("redline.nothing", language))}</span>'
    return (
        f'<p class="words inline" lang="und">{inline}</p><div class="columns">'
        f"<div><h4>{_safe(t('redline.before', language))}</h4>"
        f'<p class="words" lang="und">{none if op.op is Op.ADDED else old}</p></div>'
        f"<div><h4>{_safe(t('redline.after', language))}</h4>"
        f'<p class="words" lang="und">{none if op.op is Op.REMOVED else new}</p></div></div>'
    )


def _span(kind: str, text: str) -> str:
    words = _safe(text)
    if not words.strip():
        return words  # changed white space has no visible difference
    return {"equal": words, "delete": f"<del>{words}</del>", "insert": f"<ins>{words}</ins>"}[kind]
