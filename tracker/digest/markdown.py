"""The digest as Markdown, also used as the text part of its email. Source text is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracker.digest.view_model import ChartView, DigestGroup, DigestRow, DigestView
from tracker.i18n import t
from tracker.notifications.formats import defuse_mentions

# Characters with a meaning in CommonMark or GitHub's Markdown: inside a line, and at its start.
_INLINE_MARKUP = re.compile(r"([\\`*_\[\]<|~]|&(?=#?\w+;))")
_LINE_START_MARKUP = re.compile(r"^(\s*)([-+#>=]|\d+(?=[.)]\s))")
# Parts that turn text into a link or a mention.
_AUTOLINKS = re.compile(r"(?i)\b(https?|ftp|mailto|javascript)(:)|(www)(\.)|(@)(?=\w)")


def escape(text: str) -> str:
    """A line of text escaped for Markdown."""
    escaped = _AUTOLINKS.sub(_escape_autolink, _INLINE_MARKUP.sub(r"\\\1", defuse_mentions(text)))
    return _LINE_START_MARKUP.sub(_escape_line_start, escaped)


def _escape_autolink(match: re.Match[str]) -> str:
    scheme, colon, www, dot, _ = match.groups()
    if scheme:
        return f"{scheme}\\{colon}"
    return f"{www}\\{dot}" if www else "\\@"


def _escape_line_start(match: re.Match[str]) -> str:
    space, mark = match.groups()
    return f"{space}{mark}\\" if mark.isdecimal() else f"{space}\\{mark}"


def markdown(sheet: DigestView) -> str:
    """The whole digest, ending with a line break."""
    return "\n".join(_lines(sheet)) + "\n"


def _lines(sheet: DigestView) -> Iterator[str]:
    yield f"# {escape(sheet.title)}"
    yield ""
    yield escape(" · ".join((sheet.span, *sheet.marks)))
    if sheet.warning:
        yield ""
        yield f"**⚠ {escape(sheet.warning)}**"
    yield ""
    for sentence in sheet.sentences:
        yield f"{escape(sentence)}  "
    for section in sheet.sections:
        yield ""
        yield f"## {escape(section.title)}"
        if section.lead:
            yield ""
            yield escape(section.lead)
        for group in section.groups:
            yield from _group(group, sheet)
    if sheet.charts:
        yield ""
        yield f"## {t('digest.charts', sheet.language)}"
    for chart in sheet.charts:
        yield from _chart(chart, sheet)
    yield ""
    yield "---"
    yield ""
    if sheet.viewer:
        yield f"[{escape(sheet.viewer_says)}]({_address(sheet.viewer)})  "
    yield f"{escape(sheet.made)}  "
    yield escape(sheet.notice)


def _group(group: DigestGroup, sheet: DigestView) -> Iterator[str]:
    yield ""
    if group.title:
        yield f"### {escape(group.title)}"
        yield ""
    for row in group.rows:
        yield f"- {_row(row, sheet)}"
        for note in row.notes:
            yield f"  {escape(note)}  "
    if group.more:
        yield f"- {escape(group.more)}"


def _row(row: DigestRow, sheet: DigestView) -> str:
    when = f"{row.when} ({row.left})" if row.left else row.when
    parts = [f"**{escape(word)}**" for word in (when, row.badge) if word]
    parts += [escape(f"({mark})") for mark in row.marks]
    parts.append(f"[{escape(row.head)}]({_address(row.href)})" if row.href else escape(row.head))
    if row.official and row.official != row.href:
        parts.append(f"([{t('digest.official', sheet.language)}]({_address(row.official)}))")
    return " ".join(parts)


def _chart(chart: ChartView, sheet: DigestView) -> Iterator[str]:
    yield ""
    yield f"### {escape(chart.title)}"
    yield ""
    yield f"{escape(chart.says)}"
    if not any(any(series.values) for series in chart.series):
        return
    yield ""
    head = "" if chart.id == "lead" else t("digest.week-of", sheet.language)
    yield f"| {' | '.join((head, *(escape(column) for column in chart.columns)))} |"
    yield f"| --- |{' ---: |' * len(chart.columns)}"
    for series in chart.series:
        if any(series.values):
            values = " | ".join(str(value) if value else "·" for value in series.values)
            yield f"| {escape(series.name) or t('digest.unit', sheet.language)} | {values} |"


def _address(address: str) -> str:
    """A URL inside parentheses, with characters that would end it percent-encoded."""
    return (
        address.replace("\\", "%5C").replace("(", "%28").replace(")", "%29").replace(" ", "%20")
        .replace("<", "%3C").replace(">", "%3E")
    )  # fmt: skip
