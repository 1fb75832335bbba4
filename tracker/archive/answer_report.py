"""Describes recorded answers beside what the adapter of their source expects, for a person who reads what a source really
sends."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from tracker.config.models import Source
from tracker.errors import FetchError
from tracker.http.body import read_body
from tracker.http.client import MAX_BYTES
from tracker.http.recording import Exchange
from tracker.http.response_checks import check_no_wall
from tracker.model import HttpResponse
from tracker.sandbox import pool
from tracker.serialization import format_instant
from tracker.sources.deviations import deviation_rows
from tracker.sources.expectations import Deviation, Shape, shape_for

_LISTED = 30  # lines of one list in the report
_WIDE = 160  # characters of an address
_LARGEST = 4 * MAX_BYTES


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference between real answers and what is expected. `answers` is in how many answers it occurred."""

    what: str  # missing | unknown | type | form | wall | robots | host | unfinished | unanswered
    where: str
    answers: int
    example: str = ""

    @property
    def serious(self) -> bool:
        """Whether an adapter may fail on it: a field that it does not know harms nothing."""
        return self.what not in {"unknown", "host"}


@dataclass(frozen=True, slots=True)
class PolledOnce:
    """One recorded poll. `line` is the report of `tracker poll`, `titles` are those of the documents stored so far."""

    ok: bool
    line: str
    documents: int
    seconds: float
    errors: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


@dataclass(slots=True)
class SourceReport:
    """What one source really sent in its recorded polls."""

    source: str
    kind: str
    polls: list[PolledOnce]
    requests: int = 0
    bytes: int = 0  # as received
    statuses: dict[str, int] = field(default_factory=dict)
    types: dict[str, int] = field(default_factory=dict)
    hosts: dict[str, int] = field(default_factory=dict)
    compared: dict[str, int] = field(
        default_factory=dict
    )  # by name of the shape, the answers compared with it
    uncompared: int = 0  # answers with status 200 that no shape describes: pages, PDF files, feeds
    findings: list[Finding] = field(default_factory=list)
    robots: dict[str, str] = field(default_factory=dict)
    again: list[dict[str, str]] = field(default_factory=list)

    @property
    def documents(self) -> int:
        return self.polls[0].documents

    @property
    def ok(self) -> bool:
        return all(one.ok for one in self.polls) and not any(finding.serious for finding in self.findings)

    def line(self) -> str:
        serious = sum(finding.serious for finding in self.findings)
        unknown = sum(finding.what == "unknown" for finding in self.findings)
        notes = [
            f"{serious} unlike what is expected" if serious else "",
            f"{unknown} unknown fields" if unknown else "",
        ]
        first = " ".join(self.polls[0].line.partition(": ")[2].split())
        return "; ".join((first, f"{self.requests} answers saved", *filter(None, notes)))


def describe(
    source: Source,
    exchanges: Iterable[Exchange],
    shapes: Sequence[Shape],
    polls: Sequence[PolledOnce],
    robots: Mapping[str, str],
    again: Sequence[dict[str, str]],
) -> SourceReport:
    """Return the report of one source from its exchanges, each read once."""
    report = SourceReport(source.id, source.kind, list(polls), robots=dict(robots), again=list(again))
    own = {urlsplit(url).hostname for url in (source.base_url, source.url, source.issues_url) if url}
    statuses, types, hosts, compared = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for exchange in exchanges:
        report.requests += 1
        report.bytes += len(exchange.body)
        statuses[str(exchange.status or "no answer")] += 1
        host = urlsplit(exchange.url).hostname or ""
        hosts[host] += 1
        if host not in own:
            found["host", host].append(exchange.url)
        if exchange.failure:
            found["unanswered", host].append(f"{exchange.failure} at {exchange.url}")
        if exchange.status != 200 or exchange.url.endswith("/robots.txt"):
            continue
        types[exchange.header("content-type").partition(";")[0].strip().lower() or "none"] += 1
        if not exchange.complete:
            found["unfinished", exchange.url].append("the reading of the body was ended")
            continue
        _compare(exchange, shapes, report, compared, found)
    report.statuses, report.types = dict(statuses), dict(types)
    report.hosts, report.compared = dict(hosts), dict(compared)
    report.findings = [
        Finding(what, where, len(examples), next(filter(None, examples), ""))
        for (what, where), examples in found.items()
    ]
    report.findings += [Finding("robots", text, 1) for text in robots.values() if ": allows all" not in text]
    report.findings.sort(key=lambda one: (not one.serious, one.what, one.where))
    return report


def _compare(
    exchange: Exchange,
    shapes: Sequence[Shape],
    report: SourceReport,
    compared: Counter[str],
    found: dict[tuple[str, str], list[str]],
) -> None:
    parts = urlsplit(exchange.url)
    shape = shape_for(shapes, f"{parts.path}?{parts.query}")
    try:
        body = read_body(
            [exchange.body], exchange.header("content-encoding"), _LARGEST, lambda: None, exchange.url
        )
        check_no_wall(HttpResponse(exchange.url, 200, exchange.headers, body, exchange.at))
    except FetchError as error:
        found["wall" if "wall" in error.cause else "form", exchange.url].append(error.cause)
        return
    if shape is None:
        report.uncompared += 1
        return
    compared[shape.name] += 1
    for one in (Deviation(*row) for row in pool.run(deviation_rows, shape, body)):
        often = f" ({one.count} of {one.of})" if one.kind in {"missing", "type"} and one.of > 1 else ""
        found[one.kind, f"{shape.name}: {one.path or 'the whole'}"].append(f"{one.example}{often}".strip())


_TITLES = {
    "missing": "expected and missing",
    "type": "of another type",
    "form": "of another form",
    "wall": "a wall in place of the answer",
    "robots": "robots.txt",
    "unfinished": "not read to its end",
    "unanswered": "no answer",
    "unknown": "unknown to the adapter",
    "host": "at another host than the settings name",
}


def to_markdown(reports: Sequence[SourceReport], at: datetime, version: str) -> str:
    """Return the report as Markdown, with what may harm first."""
    lines = [
        "# What the sources really sent",
        "",
        f"Recorded {format_instant(at)} by tracker {version}. Replay it with `tracker demo --replay FOLDER`.",
        "",
        "| source | kind | result | documents | answers | bytes | unlike expected | unknown fields |",
        "| --- | --- | --- | --: | --: | --: | --: | --: |",
    ]
    for report in reports:
        serious = sum(finding.serious for finding in report.findings)
        unknown = sum(finding.what == "unknown" for finding in report.findings)
        lines.append(
            f"| {report.source} | {report.kind} | {'ok' if report.ok else '**look**'} | {report.documents} "
            f"| {report.requests} | {report.bytes:,} | {serious} | {unknown} |"
        )
    for report in reports:
        lines += ["", f"## {report.source}", "", *_section(report)]
    return "\n".join(lines) + "\n"


def _section(report: SourceReport) -> list[str]:
    lines = [
        *(
            f"- {name} poll: {_cell(one.line)}"
            for name, one in zip(("first", "second"), report.polls, strict=False)
        )
    ]
    lines.append(f"- statuses: {_counts(report.statuses)}")
    lines.append(f"- types: {_counts(report.types) or 'none'}")
    lines.append(f"- hosts: {_counts(report.hosts)}")
    compared = _counts(report.compared) or "none"
    lines.append(f"- compared with an expected form: {compared}; without one: {report.uncompared}")
    lines += [f"- robots.txt of {_cell(text)}" for text in report.robots.values()]
    for one in report.again:
        facts = [one.get(name, "") for name in ("conditional", "repeated", "error")]
        lines.append(
            f"- requested again: {_code(one['url'])}: validators: {one['validators']}; "
            f"{'; '.join(filter(None, facts))}"
        )
    for what, title in _TITLES.items():
        chosen = [finding for finding in report.findings if finding.what == what]
        if not chosen:
            continue
        lines += ["", f"### {title}", ""]
        for finding in chosen[:_LISTED]:
            example = f": {_cell(finding.example)}" if finding.example else ""
            times = f" in {finding.answers} answers" if finding.answers > 1 else ""
            lines.append(f"- {_code(finding.where)}{times}{example}")
        if len(chosen) > _LISTED:
            lines.append(f"- and {len(chosen) - _LISTED} more, in report.json")
    lists = (
        ("errors", [error for one in report.polls for error in one.errors]),
        ("titles", report.polls[0].titles),
    )
    for heading, entries in lists:
        if entries:
            lines += ["", f"### {heading}", "", *(f"- {_cell(str(entry))}" for entry in entries[:_LISTED])]
    return lines


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(
        f"{name} {count}" for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def _cell(text: str) -> str:
    """Return untrusted text as one line without Markdown's own marks."""
    folded = " ".join(text.split())
    return "".join(f"\\{mark}" if mark in "\\`*_[]<>|#" else mark for mark in folded)


def _code(text: str) -> str:
    """Return untrusted text as one line of code."""
    folded = " ".join(text.split()).replace("`", "'")
    return f"`{folded if len(folded) <= _WIDE else folded[: _WIDE - 1] + '…'}`"
