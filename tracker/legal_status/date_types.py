"""Which type a date has: by the words before it in its clause, by those after it, or by those after a colon.

`This rule is effective May 6` names the type before the date, `firms have until May 6 to comply` after it, and the lists of
the Trade Representative after a colon: `May 6: Deadline for written comments`.
"""

from __future__ import annotations

import re

from tracker.legal_status.application_dates import APPLIED

_CLAUSES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("published", re.compile(r"\b(?:published|issued|dated|signed|released|appeared|(?<!\bbe )filed|adopted|announced|initiated|entitled|imposed|became effective|decided|invasion|posted|convicted|(?<!comply )(?<!applies )(?<!apply )(?<!applicable )(?<!effective )(?<!mandatory )(?<!required )(?<!effect )(?<!force )beginning)\b(?:(?!\b(?:from|until|through)\b)[^.;]){0,60}$", re.I)),
    ("published", re.compile(r"\b\d+ FR \d[\d,]*(?:[-–]\d+)?,?\s*\(?(?:\w+day,?\s+)?$", re.I)),
    ("stay-ends", re.compile(r"\b(?:stay(?:ed|s)?|suspen(?:d\w*|sion))\b[^.;]{0,160}\b(?:until|through|ends?(?: on)?|to end(?: on)?|to expire(?: on)?|expires?(?: on)?)\s*(?:\d{1,2}:\d\d\s?[ap]m[^,]*,\s*)?$", re.I)),
    ("comments-close", re.compile(r"\b(?:comments?|submissions?|responses?|input|rebuttals?|objections?|requests to (?:appear|testify))\b[^.;]{0,200}\b(?:by|before|until|through|to|than|on|is|deadline is|closes?|ends?|due|close of business|COB)\s*:?\s*(?:[^.;]{0,40}(?:ET|EST|EDT|time|pm|am)[^.;]{0,30})?$", re.I)),
    ("comments-close", re.compile(r"\b(?:comment period|deadline for (?:written )?comments)\b[^.;]{0,160}\b(?:to|until|through|by|is|on|from)\s*$", re.I)),
    ("comments-close", re.compile(r"\bcomments?(?: due)?(?: dates?)?:\s*$", re.I)),
    ("applications-close", re.compile(rf"\b{APPLIED}\b[^.;]{{0,160}}\b(?:by|before|until|through|to|than|due|closes?(?: on)?|ends?(?: on)?)\s*(?:[^.;]{{0,40}}(?:ET|EST|EDT|time|pm|am)[^.;]{{0,30}})?$", re.I)),
    ("applications-close", re.compile(rf"\b(?:(?:application|proposal|nomination)s?\s+(?:period|window|deadline)|(?:deadline|due date|closing date)\s+for\s+(?:[\w-]+\s+){{0,4}}{APPLIED})\b[^.;]{{0,160}}\b(?:to|until|through|by|is|on|from)\s*$", re.I)),
    ("applications-close", re.compile(rf"\b{APPLIED}(?:\s+(?:due|closing))?(?:\s+(?:dates?|deadline))?:\s*$", re.I)),
    ("compliance", re.compile(r"\b(?:compliance (?:date|is (?:required|mandatory|not required)|with|by)|(?:must|shall|required to) (?:\w+ )?comply|comply (?:with|by|beginning|starting)|(?:is|are|be|becomes?) mandatory (?:beginning|starting|as of|from|by|on))\b[^.;]{0,160}$", re.I)),
    ("registration", re.compile(r"\b(?:(?<!Federal )regist(?:er|ration)|questions? (?:for\b[^.;]{0,60}|must|should)|requests? to (?:speak|appear))\b[^.;]{0,120}$", re.I)),
    ("hearing", re.compile(r"\b(?:(?:hearing|briefing|meeting|forum|conference|webinar|workshop|roundtable|seminar)s?(?! (?:with|between)\b)|will (?:next )?(?:meet|convene)(?! with\b))\b[^.;]{0,120}\b(?:on|held|begin(?:ning)?|convene[sd]?|scheduled for|set for|rescheduled (?:to|for)|postponed (?:to|until)|moved to|will be|from)\s*(?:\w+day,?\s*)?$", re.I)),
    ("hearing", re.compile(r"\b(?:hearing|briefing|meeting|conference|webinar|workshop)s?(?: dates?)?:\s*(?:\w+day,?\s*)?$", re.I)),
    ("expires", re.compile(r"\b(?:expir(?:es?|ation dates?|ing|ed)|sunset(?:s)?|lapses?|(?:remains?|continues?) in effect|(?:will|shall) continue (?:through|until)|valid|terminat\w+|cease(?:s)? to (?:have effect|be (?:in effect|in force|effective|valid))|wind[- ]?down period[^.;]{0,60}(?:ends?|closes?|runs? (?:until|through))|authorized[^.;]{0,80}(?:until|through)|licen[sc]es? (?:through|until)|extend\w* (?:\w+ ){0,6}(?:through|until|to)|(?:effective|in effect) (?:from )?[^.;]{0,60}(?:until|through|(?<!respect )to)|available (?:through|until)|substitut\w+ the date of|reinstat\w+[^.;]{0,60}(?:through|until)|exclusions?[^.;]{0,80}(?:through|until))\b[^.;]{0,60}$", re.I)),
    ("effective", re.compile(r"\b(?:effective(?: dates?)?|takes? effect|in effect|enter(?:s|ed)? into force|applicab(?:le|ility)|appl(?:ies|y) (?:\w+ly )?(?:to|with respect to|beginning|starting|as of|from|on)|retroactive(?:ly)?)\b[^.;]{0,140}$", re.I)),
    ("effective", re.compile(r"\b(?:lifted|amended|removed|rescinded|revoked|added|modified) as of\s*$", re.I)),
    ("effective", re.compile(r"\bappl(?:ies|y)\b[^.;]{0,240}\bon (?:or|and) after\s*$", re.I)),
)  # fmt: skip
# "The compliance date is extended to", "the effective date is changed from ... to": whose day is moved says what it is.
_MOVED = re.compile(
    r"^.*\b(?P<verb>(?:delay|postpon|deferr|extend|chang|mov|revis|advanc|reschedul|correct)\w*)\b[^.;]{0,120}?"
    r"\b(?:until|to|through|from|to read)\s*(?:as\s*)?(?:(?:on|at|for)\s+)?[“”\"'‘’]*$",
    re.I | re.S,
)
_MOVES = re.compile(r"\b(?:until|to|through|from|to read(?: as)?)\s*[“”\"'‘’]*$", re.I)
_MOVED_DAYS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("compliance", re.compile(r"\bcompl(?:iance|y)\b", re.I)),
    ("comments-close", re.compile(r"\b(?:comments?|submissions?)\b", re.I)),
    ("applications-close", re.compile(rf"\b{APPLIED}\b", re.I)),
    ("hearing", re.compile(r"\b(?:hearing|meeting|conference|webinar)s?\b", re.I)),
    ("effective", re.compile(r"\b(?:effective(?! period)|effectiveness|(?<!in )effect|applicability)\b", re.I)),
    ("stay-ends", re.compile(r"\b(?:stay(?:ed|s)?|suspen\w+)\b", re.I)),
    ("expires", re.compile(r"\b(?:expir\w+|effective period|exclusions?|exemptions?|licen\w+|waivers?|authorization|validity|temporary \w+)\b", re.I)),
)  # fmt: skip
_DOTTED = re.compile(
    r"(?<=\d)\.(?=\d)|(?<=\b[ap])\.(?=m\b)|(?<=\b[ap]\.m)\.|(?<=\bU)\.(?=S\b)|(?<=\bU\.S)\."
    r"|(?<=\bJan)\.|(?<=\bFeb)\.|(?<=\bMar)\.|(?<=\bApr)\.|(?<=\bAug)\.|(?<=\bSept)\.|(?<=\bSep)\.|(?<=\bOct)\.|(?<=\bNov)\.|(?<=\bDec)\.|(?<=\bNo)\."
)
# "Comments on this proposal must be received by": what is due is the comment.
_COMMENTS_ON = re.compile(
    r"\b(?:comments?|objections?|rebuttals?|responses?)\b[^.;]{0,80}\b(?:on|about|regarding|concerning|to|of)\s+(?:[\w-]+\s+){0,6}$",
    re.I,
)
_NEAR = 260  # characters before a date in which its type is named
_FAR = 700  # characters before a date that was moved, citations included, in which the date is named
_UNTIL = re.compile(r"\b(?:have|has|had|given|allowed|extends?)\b[^.;]{0,60}\b(?:until|through|by)\s*$", re.I)
_TO_COMPLY = re.compile(r"^,?\s*to\s+(?:\w+\s+)?(?:comply|come into compliance|meet)\b", re.I)
_VALID = re.compile(r"\bvalid\s+(?:(?:from|on|beginning)\s+)?$", re.I)
_THROUGH = re.compile(r"^,?\s*(?:and ending\s+)?(?:through|until|to)\b", re.I)
_LISTED = re.compile(
    r"^(?:,?\s*(?:(?:at|by|until|from|before|no later than)\s+)?\d{1,2}(?::\d\d)?\s?[ap]\.?\s?m\b\.?[^:;]{0,40})?"
    r"\s*(?:\([^)]{1,40}\)\s*)?(?::|[-–—]\s)\s*",
    re.I,
)
_LISTED_TYPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("comments-close", re.compile(
        r"\b(?:comments?|submissions?|rebuttals?|responses?|briefs?|requests? to (?:appear|testify)|(?:deadline|due date|last day)\b[^.;]{0,60}\b(?:testimony|summary|summaries))\b", re.I)),
    ("applications-close", re.compile(
        rf"\b(?:deadline|due|clos(?:es?|ing)|last day|submit|file)\b[^.;]{{0,60}}\b{APPLIED}\b|\b{APPLIED}\b[^.;]{{0,40}}\b(?:due|deadline|close)", re.I)),
    ("hearing", re.compile(r"\b(?<!post-)(?<!pre-)(?:hearing|meeting|conference|webinar|briefing|workshop)s?\b|\bconvene", re.I)),
    ("compliance", re.compile(r"\b(?:compliance|comply)\b", re.I)),
    ("expires", re.compile(r"\b(?:expir\w+|terminat\w+|sunsets?|lapses?|ends?|ceases?)\b", re.I)),
    ("effective", re.compile(r"\b(?:effective|takes? effect|enters? into force|appl(?:y|ies|icable))\b", re.I)),
)  # fmt: skip


def type_by_words_before(before: str) -> str | None:
    """The type whose words are nearest before the date; None where none are."""
    if moved := type_of_moved(before):
        return moved
    clause = _DOTTED.sub("", before[-_NEAR:])
    best: tuple[int, str] | None = None
    for kind, pattern in _CLAUSES:
        match = pattern.search(clause)
        last = -1
        while match is not None:
            last = match.start()
            match = pattern.search(clause, last + 1)
        if last >= 0 and (best is None or last > best[0]):
            best = (last, kind)
    if best is None:
        return None
    if best[1] == "applications-close" and _COMMENTS_ON.search(clause[: best[0]]):
        return "comments-close"
    if best[1] == "effective" and re.search(r"\b(?:until|through)\s*$", clause):
        return "expires"
    return best[1]


def type_by_words_after(before: str, after: str) -> str | None:
    """`compliance` for "firms have until May 6, 2030, to comply", `effective` for "valid May 6, 2030, through"; None
    otherwise."""
    if _UNTIL.search(before) and _TO_COMPLY.match(after):
        return "compliance"
    return "effective" if _VALID.search(before) and _THROUGH.match(after) else None


def is_listed(after: str) -> bool:
    """Whether a colon or a dash follows the date, so that the words after it say what it is for."""
    return _LISTED.match(after) is not None


def type_in_list(after: str) -> str | None:
    """The type of a date that begins an entry of a list, by the first such words of the entry; None where none are."""
    found = [(match.start(), kind) for kind, words in _LISTED_TYPES if (match := words.search(after))]
    return min(found)[1] if found else None


def type_of_moved(before: str) -> str | None:
    """The type of a date to or from which something is moved: that of what is named nearest before the date; None where
    nothing is moved."""
    clause = _DOTTED.sub("", before[-_FAR:])
    match = _MOVED.match(clause) if _MOVES.search(clause) else None
    if match is None:
        return None
    verb = match.start("verb")
    begun = clause[max(0, clause.rfind(". ", 0, verb), clause.rfind(";", 0, verb)) :]
    named = [(found.start(), kind) for kind, words in _MOVED_DAYS for found in words.finditer(begun)]
    if named:
        return max(named)[1]
    return "effective" if match["verb"].lower().startswith(("delay", "postpon", "deferr")) else None
