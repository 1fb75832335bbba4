"""Detects pages that a site serves in place of the requested one: bot walls, maintenance notices, errors, login
forms, and shells that stay empty until scripts fill them.

A phrase proves nothing, since legal text mentions maintenance, access and errors too. A page is a placeholder
when its text differs from the stored one and hardly anything is left besides the phrases; where more is left,
it is doubtful.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from tracker.locations import is_main_text
from tracker.model import Document, Unit, UnitKind
from tracker.text import search_key

# A page of at most this many characters may be a placeholder; a longer one only mentions the words.
SHORT = 2_500
_PHRASES = (
    ("request-access", re.compile(r"\brequest access\b|programmatic access to this site|unblock request", re.I)),
    ("captcha", re.compile(r"captcha|verify(?:ing)? (?:that )?you are (?:a )?human|are you a robot|unusual traffic", re.I)),
    ("browser-check", re.compile(r"checking your browser|enable (?:javascript|cookies) (?:and cookies )?to continue|just a moment", re.I)),
    ("access-denied", re.compile(r"access (?:to this (?:page|site) (?:has been|is) )?denied|you (?:don't|do not) have (?:permission|access)|403 forbidden", re.I)),
    ("maintenance", re.compile(r"(?:scheduled|site|system|under|undergoing|down for|routine)\s(?:\w+\s)?maintenance|maintenance (?:mode|window)", re.I)),
    ("unavailable", re.compile(r"temporarily (?:unavailable|out of service|offline|down)|service unavailable|bad gateway|gateway time-?out", re.I)),
    ("error", re.compile(r"internal server error|an error (?:has )?occurred|something went wrong|unexpected error", re.I)),
    ("not-found", re.compile(r"page (?:you requested )?(?:was |could )?not (?:be )?found|404 (?:error|not found)", re.I)),
    ("login", re.compile(r"\b(?:sign|log) ?in to (?:continue|your account|access)|(?:user ?name|e-?mail)(?: address)?:? password|session (?:has )?(?:expired|timed out)", re.I)),
)  # fmt: skip
NAMES = {
    "request-access": "a bot wall (Request Access)",
    "captcha": "a CAPTCHA",
    "browser-check": "a browser check",
    "access-denied": "access denied",
    "maintenance": "a maintenance page",
    "unavailable": "a “service unavailable” page",
    "error": "an error page",
    "not-found": "a “not found” page",
    "login": "a login page",
}
# Other words on such pages.
_BOILERPLATE = re.compile(
    r"apologi[sz]e|sorry|inconvenience|try again|check back|be back|come back|please wait|thank you for your patience|contact (?:us|the)|"
    r"help ?desk|webmaster|reference|ray id|incident|sign in|log ?in|password|user ?name|create an account|"
    r"home ?page|site ?map|use the search|try the search|may have (?:been )?moved|click (?:here|the)|reload|refresh",
    re.IGNORECASE,
)
# Words of legal text. Beside the phrases, any of these shows real content; in the same clause as a phrase, only
# those count that state what happened to a rule.
_FIELD = re.compile(
    r"\b(?:licen[sc]\w+|ECCNs?|EAR|HTS(?:US)?|tariffs?|dut(?:y|ies)|quotas?|exports?|re-?exports?|imports?|exporters?|importers?|"
    r"entity list|sanctions?|rules?|regulations?|filings?|filed|effective|deadlines?|comments?|guidance|orders?|section \d+)\b",
    re.IGNORECASE,
)
_OPERATIVE = re.compile(
    r"\b(?:rescind\w*|rescission|revo(?:ke\w*|king|cation)|withdr(?:aw\w*|ew)|supersed\w+|repeal\w*|vacated|no longer|suspend\w*|"
    r"ECCNs?|licen[sc]e exceptions?|general licen[sc]es?|tariffs?|dut(?:y|ies)|quotas?|entity list|effective)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?<=[.!?;])\s+|\n")
_OTHER_TEXT = 250  # characters beside the phrases from which a page has content of its own
_KNOWN = 0.3  # share of a page's text: this much of the stored text makes it the known page
_DENSE = 0.3  # share of a page's text: this much of phrases makes it doubtful

_LOADER = re.compile(
    r"(?:loading|please wait|initiali[sz]ing|one moment)\b[\s.…]*|"
    r"(?:you need to |please )?enable javascript(?: to (?:run|use|view) this (?:app|site|page))?[\s.]*|"
    r"this (?:app|site|page) (?:requires|needs) javascript[^.]*\.?",
    re.IGNORECASE,
)
_EMPTY_ROOT = re.compile(
    rb"<(?:div|main|section)[^>]{0,200}\bid\s*=\s*[\"']?(?:root|app|__next|__nuxt|___gatsby|q-app|app-root|svelte)[\"']?[^>]{0,200}>\s*"
    rb"(?:<!--[^>]{0,200}-->\s*)*</|<app-root[^>]{0,200}>\s*</",
    re.IGNORECASE,
)
_REFRESH = re.compile(
    rb"<meta[^>]{0,100}http-equiv\s*=\s*[\"']?refresh[^>]{0,100}content\s*=\s*[\"']\s*(\d{1,3})\s*;\s*url\s*=\s*['\"]?([^\"'>]{1,500})",
    re.IGNORECASE,
)
_SCRIPT = re.compile(rb"<script\b", re.IGNORECASE)
_LITTLE = 40  # characters: a main text has more
_REFRESH_TEXT = 300  # characters beside a redirect of the page's own
_SOON = 10  # seconds
_TARGETS = frozenset({UnitKind.LINK, UnitKind.IMAGE})
_NOT_PROSE = _TARGETS | {UnitKind.HEADING}


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A placeholder. `code` is a key of `NAMES`. `certain`: nothing else is on the page; otherwise it may be a
    text that mentions such pages.
    """

    code: str
    certain: bool

    @property
    def name(self) -> str:
        return NAMES[self.code]


def placeholder(document: Document, previous: Document | None) -> Placeholder | None:
    """Return what `document` may be in place of the requested page; None for a real page. `previous` is the
    stored text: a page that repeats it, or that always read like this, is not a placeholder.
    """
    units = [unit for unit in document.units if is_main_text(unit.path)]
    if sum(len(unit.text) for unit in units) > SHORT:
        return None
    titles = [document.title, *(unit.text for unit in units if unit.kind is UnitKind.HEADING)]
    clauses = _clauses(units)
    # Labels and fields of a form are separate units: a phrase may span several.
    code = _code(" ".join((*titles, *clauses)))
    if code is None:
        return None
    if previous is not None:
        before = placeholder(previous, None)
        if _is_known(clauses, previous) or (before is not None and before.code == code):
            return None
    phrases = [clause for clause in clauses if _code(clause)]
    rest = [clause for clause in clauses if not _code(clause) and not _BOILERPLATE.search(clause)]
    speaks = any(map(_FIELD.search, rest)) or any(map(_OPERATIVE.search, phrases))
    if not speaks and sum(map(len, rest)) < _OTHER_TEXT:
        return Placeholder(code, certain=True)
    size = sum(map(len, clauses))
    if previous is not None and size and sum(map(len, phrases)) >= _DENSE * size:
        return Placeholder(code, certain=False)
    return None


def needs_scripts(document: Document, body: bytes, *, index: bool = False) -> str | None:
    """Return why the bytes of a page contain no text of their own: a shell that scripts fill, or a mere
    redirect. None for a page with text. An `index` may consist of entries that link to other pages only.
    """
    units = [unit for unit in document.units if is_main_text(unit.path) and unit.kind not in _TARGETS]
    texts = [unit.text for unit in units if unit.text != document.title]
    left = [text for text in texts if not _LOADER.fullmatch(text.strip())]
    size = sum(map(len, left))
    if size < _REFRESH_TEXT and (found := _REFRESH.search(body[:50_000])) and int(found[1]) <= _SOON:
        return f"it has no text and redirects browsers to {_shown(found[2])}"
    if size >= _LITTLE:
        return None
    if len(left) < len(texts) or (
        not index and (_EMPTY_ROOT.search(body) or (not size and _SCRIPT.search(body)))
    ):
        return f"its text is loaded by scripts: {size} characters of text in {len(body):,} bytes"
    return None


def _shown(address: bytes) -> str:
    text = address.decode("utf-8", "replace").strip()
    return urlsplit(text)._replace(query="", fragment="").geturl()[:200]


def _clauses(units: Iterable[Unit]) -> list[str]:
    texts = (unit.text for unit in units if unit.kind not in _NOT_PROSE)
    return [clause.strip() for text in texts for clause in _CLAUSE.split(text) if clause.strip()]


def _code(text: str) -> str | None:
    return next((code for code, pattern in _PHRASES if pattern.search(text)), None)


def _is_known(clauses: list[str], previous: Document) -> bool:
    stored = {search_key(clause) for clause in _clauses(previous.units)}
    size = sum(map(len, clauses))
    return (
        bool(size) and sum(len(clause) for clause in clauses if search_key(clause) in stored) >= _KNOWN * size
    )
