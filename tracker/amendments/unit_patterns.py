"""The words by which instructions name units: one pattern for each kind."""

from __future__ import annotations

import re


def pattern(words: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile(words, flags)


SEPARATOR = pattern(r"(?:[,;][\s\x01\x02]*(?:and\b|or\b)?|and\b|&)[\s\x01\x02]*")
THROUGH = pattern(r"(?:,\s*)?(?:through|to|thru)\b(?=[\s\x01\x02]*[(.§\w])|[–—-](?=\s*\()")
LABEL = r"\(\s*(?:[a-zA-Z]{1,5}|\d{1,3})\s*\)"
LEVELS = pattern(rf"{LABEL}(?:\s?{LABEL}){{0,7}}(?!\w|\s?\()", re.NOFLAG)
ONE = re.compile(r"\(\s*(\w+)\s*\)")
OF = pattern(
    r"(?:of|to|in|for|from|under|following|within|on|appearing in|contained in|at the end of|preceding)\b|,\s+in\b(?=\s+(?:the|§|sections?|supplement|appendix|paragraphs?)\b)"
)
UNDER_THAT = pattern(r",?\s*under\s+(?:that|the\s+new)\s+heading,?")
BEGINS_WITH_PORTION = pattern(
    r"[\s\x01\x02]*(?:the\s+)?(?:introductory|concluding|flush|(?:section\s+|subject\s+|paragraph\s+)?headings?|titles?)\b"
)
COMMENTARY_ON = pattern(r"(?:official\s+)?(?:commentary|interpretations?)\s+(?:for|to|on|of)\b")
CONSISTING = pattern(r",?\s*consisting\s+of\b")
DETERMINER = pattern(
    r"(?:the|an?(?=\s)|all|both|each(?:\s+of)?|any|existing|current|reserved|new(?:ly)?(?:\s+(?:added|redesignated|designated|re-?designated))?|redesignated|revised(?=[\s\x01]+(?:sections?|paragraphs?|§))|its|following|entire)\b"
)
PARAGRAPH = pattern(r"(?:sub)?paragraphs?\b(?!\s+(?:heading|title)s?\b)")
SECTION = pattern(r"(?:sections?\b|§+|secs?\.)(?!\s*heading)")
NUMBER = pattern(r"\d{1,4}[a-z]?\.(?:[A-Z]\d{1,2}-)?\d+[a-z]?(?:[-–]\d+[a-z]?)?(?![\w])", re.NOFLAG)
BARE_SECTION = pattern(r"\d{3,4}\.\d+(?:[-–]\d+)?(?=\s*\()", re.NOFLAG)
CFR = pattern(r"(\d{1,2})\s+CFR\b")
PART = pattern(r"parts?\s+(\d{1,4}[a-z]?)(?!\d|\.\d)")
PARTS = pattern(r"\d{1,4}[a-z]?(?![\d(]|\.\d)", re.NOFLAG)
SUPPLEMENT = pattern(r"supplements?\s*(?:nos?\.?\s*)?(\d{1,2}|[IVX]{1,4}\b)")
SUPPLEMENT_MORE = pattern(r"(?:nos?\.?\s*)?(\d{1,2})\b(?!\s*CFR)")
APPENDIX = pattern(
    r"(?:sub-?heading\s+)?[\x01\x02]*(?:appendix|appendices(?=\s+[A-Z]\b))\b(?:\s+((?!to\b|is\b|of\b|are\b|and\b|by\b|in\b)[A-Z]{1,3}(?:-?\d+)?)\b)?"
)
APPENDIX_MORE = pattern(r"([A-Z]{1,3}(?:-?\d+)?)\b", re.NOFLAG)
SUBPART = pattern(r"subparts?\s+([A-Z]{1,3})\b")
TITLED = pattern(r"\s*[—–-]+[\s\x01\x02]*(?=[A-Z“,:]|$)", re.NOFLAG)
TITLE_END = pattern(
    r"[\x01\x02]*(?=,?\s*(?:\x02|[:;]|Export\s+Control\s+Class|ECCNs?\b|Part\s+\d\b|Product\s+Group|\bis\b|\bare\b|\bby\s+(?:adding|revising|removing|redesignating)\b|,?\s+(?:sub)?paragraphs?\b|,\s*(?:sub)?(?:heading|paragraph|under)|and\s+(?:sub)?paragraphs?\b|,\s*\d|$))"
)
INTRODUCTORY = pattern(r"introductory\s+(?:text|paragraph)\b")
CONCLUDING = pattern(r"(?:concluding|flush|undesignated\s+concluding)\s+(?:text|paragraph)\b")
HEADING = pattern(
    r"(?:(?:section|subject|paragraph|subpart|part|appendix|supplement)\s+)?(?:headings?|titles?(?!\s+[A-Z]{1,3}-\d))\b"
)
OWN_HEADING = pattern(r"(?:the\s+)?(?:section|subject|subpart|part)\s+heading")
AUTHORITY = pattern(r"authority\s+citations?\b(?:\s+immediately\b)?")
CONTENTS = pattern(r"table\s+of\s+contents(?:\s+at\s+the\s+beginning)?\b")
ORDINAL = r"(?:(?:second|third|next)[- ]to[- ](?:the\s+)?last|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|final|penultimate)"
SENTENCES = pattern(
    rf"(?P<list>{ORDINAL}(?:(?:,\s*and|,|\s+and|\s+through)\s+(?:the\s+)?{ORDINAL})*)\s+sentences?\b"
)
ADDED_SENTENCE = pattern(r"(?:(?:one|two|three|four|new|additional)\s+)*sentences?\b")
ORDINALS = {
    name: number
    for number, name in enumerate(
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"), 1
    )
} | {"last": -1, "final": -1, "penultimate": -2}
RUN_OF_SENTENCES = pattern(r"(?P<side>first|last|final)\s+(?P<count>two|three|four|five)\s+sentences\b")
COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5}
NOTE = pattern(
    r"(?P<kind>(?:technical|license requirements?|control|cross|related)\s+)?notes?\b(?:\s+(?P<number>\d{1,2}))?"
)
FOOTNOTE = pattern(r"footnotes?\s+(\d{1,3}|[a-z])\b")
NUMBERS = pattern(r"\d{1,3}\b", re.NOFLAG)
TABLE = pattern(r"tables?\b(?!\s+of\s+contents)(?:\s+(\d{1,2}|[A-Z]-\d+)\b)?")
GROUP = pattern(r"country\s+groups?\s+([A-E](?::\d)?)(?:\s+table)?\b")
CATEGORY = pattern(r"category\s+(\d)\b")
CATEGORY_PART = pattern(r",?\s*\(?\s*Part\s+(\d)\b\)?", re.NOFLAG)
PRODUCT_GROUP = pattern(r"product\s+group\s+([A-E])\b")
ECCN = pattern(
    r"(?:(?:export control classification numbers?\s*(?:\(ECCNs?\))?|ECCNs?|entry|entries)\s*:?\s*(?:for\s+(?:ECCNs?\s+)?)?)?(?=\d[A-E]\d{3}\b)"
)
ECCN_NUMBER = pattern(r"(\d[A-E]\d{3})((?:\.[a-z0-9]+)*)(?![\w])", re.NOFLAG)
ITEM_WORD = pattern(
    r"(?:items?\s+)?(?:paragraphs?|items?|subparagraphs?)\b(?=[\s\x01\x02]*\.?[a-z](?:[\s.,;:]|$))"
)
CAPITAL = pattern(r"[A-Z“]", re.NOFLAG)
ITEM = pattern(r"\.?([a-z](?:\.[a-z0-9]{1,4})*)(?=[\s,;:]|\.?$|\.\s)", re.NOFLAG)
COLUMN = pattern(r"columns?\s+[\[“]?([A-E]:\d{1,2}|\d{1,2})[\]”]?")
CITE = r"(?:\d{1,4}\.\d{1,3}|\d{1,3}|[A-Z]{1,2})[\s\x01\x02]{0,2}(?:\([\s\x01\x02]{0,2}[A-Za-z0-9]{1,5}[\s\x01\x02]{0,2}\))+"
INNER_HEADING = pattern(rf",\s*(?:(?:and|under|sub-?heading|paragraph)\s+)*{CITE}")
ITALIC_TITLE = pattern(r"\s?\x01[A-Z][^\x02]{0,200}\x02", re.NOFLAG)
SUBJECT_HEADING = pattern(r"subject\s+heading\s+(?=[\x01\x02]*“)")
SUBHEADING = pattern(
    rf"(?:(?:new|the|newly|designated|redesignated|sub-?headings?|headings?|paragraphs?|comments?)[\s\x01\x02]+)*?(?P<cite>{CITE})(?![\w(])(?!-\d)"
)
NEXT_CITE = pattern(rf"(?:paragraphs?\s+)?({CITE})(?![\w(])(?!-\d)", re.NOFLAG)
COMMENT_WORD = pattern(r"(?:paragraphs?|comments?)\b(?=[\s\x01\x02]*\d)")
COMMENT = pattern(r"(\d{1,3}(?:\.[a-zA-Z0-9]{1,5})*)\.?(?![\w(])", re.NOFLAG)
COMMENT_MORE = pattern(
    r"([ivx]+(?:\.[A-Za-z0-9]{1,4})*|[A-Z](?:\.\d{1,2})?|\d{1,3}(?:\.[a-zA-Z0-9]{1,5})*)\.?(?![\w(])",
    re.NOFLAG,
)
FULL_COMMENT = pattern(rf"(?:paragraphs?|comments?)?\s*({CITE})-(\d{{1,3}}(?:\.[a-zA-Z0-9]{{1,5}})*)")
ANAPHOR = pattern(
    r"(?:the|this|that|such|said)\s+(?:section|supplement|appendix|paragraph|subpart|part|sub-?heading|definition|entry|table|ECCN|list)(?=[\s\x01\x02]*(?:$|[,;:.]|(?:is|are|and|or|by)\b))"
)
DEFINITION = pattern(r"definitions?\b(?:\s+(?:of|for)\b)?(?:\s+the\s+terms?\b)?|terms?\b(?=\s*[\x01“\"])")


def ordinals(text: str) -> tuple[int, ...] | None:
    """Return the numbers of "first, second and last"; None where a range has no known end."""
    found: list[int] = []
    for word in re.finditer(
        rf"(?P<through>through\s+(?:the\s+)?)?(?P<ordinal>{ORDINAL})", text, re.IGNORECASE
    ):
        name = " ".join(word["ordinal"].lower().replace("-", " ").split()).replace(" the ", " ")
        number = ORDINALS.get(name.split()[0], -2) if "to last" not in name else -3 if "third" in name else -2
        if word["through"]:
            if not found or not 0 < found[-1] < number:
                return None
            found += range(found[-1] + 1, number)
        found.append(number)
    return tuple(found)
