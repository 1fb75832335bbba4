"""Commands that only read: changes, show, status, deadlines, diff, tag, reviews."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker import clock
from tracker.cli import remote
from tracker.cli.app import as_json as json_option
from tracker.cli.app import (
    command,
    file_bytes,
    finish,
    known_ids,
    language_of,
    preferences,
    print_json,
    remote_client,
    write_out,
)
from tracker.cli.app import lang as lang_option
from tracker.cli.app import output as output_option
from tracker.errors import TrackerError, UsageError
from tracker.model import TOPIC_IDS, Level

if TYPE_CHECKING:
    from tracker.model import Language
    from tracker.rendering.redlines.model import Redline


def _day(text: str, option: str) -> date | None:
    from tracker.cli.running import read_day

    return read_day(text, option) if text else None


def _among(value: str, allowed: tuple[str, ...], option: str) -> str | None:
    if not value:
        return None
    if value not in allowed:
        raise UsageError(f"{option}: {value!r} is not one of {', '.join(allowed)}")
    return value


_MARKUP = frozenset({".txt", ".xml", ".html", ".htm", ".pdf"})


@command("changes", remote=True)
@click.option("--since", default="", metavar="DATE", help="Published (or detected) on or after this day.")
@click.option("--topic", default="", metavar="TOPIC", help="With this topic, by id.")
@click.option(
    "--level", default="", metavar="LEVEL", help="This level or above: none, low, medium, high, critical."
)
@click.option("--source", default="", metavar="SOURCE", help="From this source.")
@click.option("--profile", default="", metavar="ID", help="Changes for this profile of the settings.")
@click.option(
    "--query",
    default="",
    metavar="WORDS",
    help='Words that must all occur, Japanese or English; "a phrase" in quotes.',
)
@click.option(
    "--limit", type=click.IntRange(1), help="Show at most this many.  [default: 50; with --json 500]"
)
@lang_option
@json_option
def changes(
    config: Path,
    state: Path,
    since: str,
    topic: str,
    level: str,
    source: str,
    profile: str,
    query: str,
    limit: int | None,
    lang: str,
    as_json: bool,
) -> None:
    """Lists changes, newest first; with --query the best match first. Without --level, --profile or --query, changes outside the field are left
    out.
    """
    from tracker.storage.change_query import ChangeQuery
    from tracker.storage.read_queries import open_reader

    named = _among(level, tuple(Level), "--level")
    hide = not as_json and named is None and not query and not profile
    most = limit or (500 if as_json else 50)
    if client := remote_client():
        conditions = {
            "since": _day(since, "--since"), "topic": _among(topic, TOPIC_IDS, "--topic"), "level": named or ("low" if hide else None),
            "source": source or None, "profile": profile or None, "query": query or None,
        }  # fmt: skip
        liking = preferences(config)
        language = language_of(lang, liking.language)
        remote.changes(client, conditions, most, language, liking, as_json=as_json)
        return
    wanted = ChangeQuery(
        since=_day(since, "--since"),
        topic=_among(topic, TOPIC_IDS, "--topic"),
        level=Level(named) if named else Level.LOW if hide else None,
        source=source or None,
        profile=profile or None,
        terms=_terms(query),
        limit=most,
    )
    with open_reader(state) as store:
        found = store.changes(wanted)
        # Sources that were removed from the settings may have stored changes.
        if source and not found and not store.changes(ChangeQuery(source=source, limit=1)):
            known_ids(config, "source", source)
        if profile and not found and not store.changes(ChangeQuery(profile=profile, limit=1)):
            known_ids(config, "profile", profile, state)
        if query and not found:
            from tracker.search.near import near_changes

            for near in near_changes(store, query, wanted):
                print(f"nothing found; near: --query {near.query!r} ({near.count})", file=sys.stderr)
        if as_json:
            print_json(found)
            return
        from tracker.rendering.change_text import listing

        liking = preferences(config)
        text = listing(found, language_of(lang, liking.language), liking.timezone, profile)
        print(text if found else "no change fits")
        if hide:
            outside = sum(number for rank, number in store.levels().items() if rank == 0)
            if outside:
                print(
                    f"({outside} outside the field or editorial are not shown: --level none)", file=sys.stderr
                )


def _terms(query: str) -> tuple[tuple[str, ...], ...]:
    """Return the terms of a query, with the query parser of the viewer and the API."""
    if not query:
        return ()
    from tracker.search.query import terms  # loads the synonyms of the rules: 0.1 s

    return terms(query)


@command("show", remote=True)
@click.argument("change")
@lang_option
@json_option
def show(config: Path, state: Path, change: str, lang: str, as_json: bool) -> None:
    """Shows one change with evidence, units, dates, status, deliveries, and the snapshots that it is based on."""
    if client := remote_client():
        liking = preferences(config)
        remote.show(client, change, language_of(lang, liking.language), liking, as_json=as_json)
        return
    from tracker.answers.records import whole_change
    from tracker.serialization import format_instant
    from tracker.storage.database import Store
    from tracker.storage.read_queries import open_reader

    with open_reader(state) as reader, closing(Store(state)) as opened, opened.read() as connection:
        found = whole_change(reader, connection, change)
        answers = reader.answers(found.record["id"])
    if as_json:
        answers_shown = [{**answer, "fetched_at": format_instant(answer["fetched_at"])} for answer in answers]
        print_json({**found.json(), "answers": answers_shown})
        return
    from tracker.rendering.change_text import page
    from tracker.stories.story_text import related_lines

    liking = preferences(config)
    language = language_of(lang, liking.language)
    today = clock.legal_day(clock.now())
    print(
        page(
            found.record,
            found.deliveries,
            language,
            liking.timezone,
            today,
            liking.viewer_url,
            answers,
            found.beside,
            list(related_lines(found.related, language)),
        )
    )


@command("status")
@click.option("--disk", is_flag=True, help="Also show the disk space of each source.")
@lang_option
@json_option
def status(config: Path, state: Path, disk: bool, lang: str, as_json: bool) -> None:
    """Shows the state of every source and channel: last success, next run, pending and failed alerts and
    digests, open incidents. Ends with 1 when something needs attention.
    """
    from tracker.cli.app import settings_of
    from tracker.rendering import status_report as standing
    from tracker.storage.read_queries import open_reader

    settings = settings_of(config)
    with open_reader(state) as store:
        found = standing.status_report(settings, store, clock.now())
        if disk:
            found["disk"] = standing.disk(store)
    if as_json:
        print_json(found)
    else:
        from tracker.rendering.status_text import table

        print(table(found, language_of(lang, settings.languages[0]), settings.timezone))
    finish(0 if standing.is_healthy(found) else 1)


@command("deadlines")
@click.option("--format", "form", default="text", metavar="text|ics|json", help="Output format.")
@output_option
@lang_option
@json_option
def deadlines(config: Path, state: Path, form: str, output: Path | None, lang: str, as_json: bool) -> None:
    """Lists upcoming dates: end of comments, effective, compliance, expiry, end of a stay."""
    from tracker.answers.dates import deadlines_ahead
    from tracker.rendering import deadlines as ahead
    from tracker.serialization import change_from_json
    from tracker.storage.read_queries import open_reader
    from tracker.stories.deadline_status import deadline_ribbons

    form = "json" if as_json else form
    _among(form, ("text", "ics", "json"), "--format")
    liking = preferences(config)
    language = language_of(lang, liking.language)
    now = clock.now()
    today = clock.legal_day(now)
    with open_reader(state) as store:
        found = deadlines_ahead(store, today)
        gone = ahead.superseded_deadlines(
            (change_from_json(record) for record in store.planned(today, superseded=True)), today
        )
        ribbons = deadline_ribbons(store, found, today, language) if form == "ics" else {}
    if form == "ics":
        book = ahead.calendar(
            found, language, viewer_url=liking.viewer_url, stamp=now, cancelled=gone, ribbons=ribbons
        )
        write_out(book, output)
    elif form == "json":
        import json

        write_out(json.dumps(ahead.as_json(found), ensure_ascii=False, indent=2) + "\n", output)
    else:
        from tracker.rendering.change_text import deadline_table

        rows = ahead.deadline_text(found, language, today)
        write_out((deadline_table(rows, language) if rows else "there are no upcoming dates") + "\n", output)


@command("diff", remote=True)
@click.argument("change", default="")
@click.option("--before", type=click.Path(path_type=Path), metavar="FILE", help="The earlier text.")
@click.option("--after", type=click.Path(path_type=Path), metavar="FILE", help="The later text.")
@click.option("--format", "form", default="text", metavar="text|html|docx|pdf|json", help="Output format.")
@click.option("--editorial", is_flag=True, help="With text: also show editorial differences.")
@output_option
@lang_option
def diff(
    config: Path,
    state: Path,
    change: str,
    before: Path | None,
    after: Path | None,
    form: str,
    editorial: bool,
    output: Path | None,
    lang: str,
) -> None:
    """Shows the redline of a change, or of two files (eCFR XML, Federal Register XML, HTML, PDF, text), which
    needs neither settings nor state. Exit codes as of diff: 0 equal, 1 different, 2 trouble.
    """
    _among(form, ("text", "html", "docx", "pdf", "json"), "--format")
    if bool(change) == bool(before or after) or bool(before) != bool(after):
        raise UsageError("name a CHANGE, or use both --before FILE and --after FILE")
    if change and (client := remote_client()):
        if form in {"docx", "pdf"} and output is None and sys.stdout.isatty():
            raise UsageError(f"a {form} file cannot be printed to the terminal", cure=f"give -o FILE.{form}")
        remote.diff(client, change, form, language_of(lang, preferences(config).language), output)
        return
    try:
        redline = (
            _of_change(change, state, preferences(config).timezone, form)
            if change
            else _of_files(before, after)
        )
    except UsageError:
        raise
    except TrackerError as error:
        raise UsageError(error.cause, cure=error.cure) from error
    if form in {"docx", "pdf"} and output is None and sys.stdout.isatty():
        raise UsageError(f"a {form} file cannot be printed to the terminal", cure=f"give -o FILE.{form}")
    from tracker.rendering.redlines import render

    language = language_of(lang, preferences(config).language)
    if form == "pdf":
        if not change:
            raise UsageError("a PDF needs a CHANGE", cure="take --format html or docx for two files")
        write_out(_paper(change, state, redline, language), output)
        finish(1 if redline.operations else 0)
        return
    write_out(
        render(redline, form, language, color=output is None and sys.stdout.isatty(), editorial=editorial),
        output,
    )
    finish(1 if redline.operations else 0)


def _of_files(before: Path | None, after: Path | None) -> Redline:
    from tracker import parsing
    from tracker.diffing import compare
    from tracker.rendering.redlines.model import Redline, RedlineSide

    assert before is not None
    assert after is not None
    first = parsing.read_file(before.name, file_bytes(before))
    second = parsing.read_file(after.name, file_bytes(after))
    return Redline(
        title=second.title or after.name,
        source=f"{before.name} → {after.name}",
        url=second.url,
        before=RedlineSide(before.name, sha256=_sha(before), units=first.units),
        after=RedlineSide(after.name, sha256=_sha(after), units=second.units),
        operations=compare(first, second),
        generated_at=clock.now(),
    )


def _sha(path: Path) -> str:
    import hashlib

    return hashlib.sha256(file_bytes(path)).hexdigest()


def _of_change(reference: str, state: Path, timezone: str, form: str) -> Redline:
    from tracker.rendering.redlines.stored import load_redline, with_texts
    from tracker.serialization import change_from_json
    from tracker.storage.database import Store
    from tracker.storage.read_queries import open_reader

    with open_reader(state) as store:
        found = change_from_json(store.change(reference))
    with Store(state).read() as connection:
        redline = load_redline(connection, found, now=clock.now(), timezone=timezone)
        if form in {"text", "json"} or not redline.operations:
            return redline
        return with_texts(connection, found, redline) or redline


def _paper(reference: str, state: Path, redline: Redline, language: Language) -> bytes:
    from tracker.rendering import print_pdf
    from tracker.serialization import change_from_json
    from tracker.storage.read_queries import open_reader

    with open_reader(state) as store:
        found = change_from_json(store.change(reference))
        log = store.reviews([found.id])
    return print_pdf.change_pdf(found, redline, log, language=language, today=clock.legal_day(clock.now()))


@command("reviews")
@click.argument("change", default="")
@click.option("--format", "form", default="text", metavar="text|csv|pdf|json", help="Output format.")
@output_option
@lang_option
@json_option
def reviews(
    config: Path, state: Path, change: str, form: str, output: Path | None, lang: str, as_json: bool
) -> None:
    """Lists the review log, oldest first: who did what and when, for one CHANGE or for all. Ends with 1 when
    the log was altered.
    """
    from tracker.storage import reviews as log
    from tracker.storage.database import Store
    from tracker.storage.read_queries import open_reader

    form = "json" if as_json else form
    _among(form, ("text", "csv", "pdf", "json"), "--format")
    if form == "pdf" and output is None and sys.stdout.isatty():
        raise UsageError("a PDF cannot be printed to the terminal", cure="give -o FILE.pdf")
    with open_reader(state) as store:
        entries = store.reviews([store.change(change)["id"]] if change else None)
        titles = store.titles({entry["change_id"] for entry in entries})
    with Store(state).read() as connection:
        broken = list(log.verify(connection))
    liking = preferences(config)
    language = language_of(lang, liking.language)
    for problem in broken:
        print(problem, file=sys.stderr)
    if form == "csv":
        from tracker.rendering import review_log

        write_out(review_log.table(entries, titles, liking.timezone), output)
    elif form == "pdf":
        from tracker.i18n import format_minute, t
        from tracker.rendering import print_pdf

        made = t(
            "redline.by",
            language,
            moment=format_minute(clock.now(), language, liking.timezone),
            author="tracker",
        )
        write_out(
            print_pdf.reviews_pdf(
                entries, titles, broken, language=language, timezone=liking.timezone, made=made
            ),
            output,
        )
    elif form == "json":
        import json

        write_out(json.dumps(entries, ensure_ascii=False, indent=2) + "\n", output)
    else:
        from tracker.rendering.change_text import review_table

        write_out(review_table(entries, titles, language, liking.timezone) + "\n", output)
    finish(1 if broken else 0)


@command("tag")
@click.argument("file", type=click.Path(path_type=Path))
@lang_option
@json_option
def tag(config: Path, state: Path, file: Path, lang: str, as_json: bool) -> None:  # noqa: ARG001 - every command takes --state
    """Classifies a document file: topics, level, direction, nexus, dates and citations, with evidence. Needs no
    state.
    """
    from tracker import classification as tagging
    from tracker import parsing

    data = file_bytes(file)
    suffix = file.suffix.lower()
    # Test for "[Federal Register Volume ...]" first: such a text file looks like JSON.
    is_json = suffix in {".json", ".jsonl"} or (suffix not in _MARKUP and data.lstrip()[:1] in (b"{", b"["))
    documents = parsing.read_records(data, file.name) if is_json else [parsing.read_file(file.name, data)]
    today = clock.legal_day(clock.now())
    entries: list[dict[str, Any]] = []
    for document in documents:
        entries.append(_entry(document, tagging.classify(document, today=today)))
    if preferences(config).similarity:
        _compare(documents, entries)
    if as_json:
        print_json(entries)
        return
    from tracker.rendering.change_text import tag_page

    language = language_of(lang, preferences(config).language)
    for entry in entries:
        print(tag_page(entry, language))


def _compare(documents: list[Any], entries: list[dict[str, Any]]) -> None:
    """Add to each entry what its words are similar to, where no rule matched."""
    from tracker.assistants.compare import words
    from tracker.assistants.similarity import similarities

    for entry, found in zip(entries, similarities([words(document) for document in documents]), strict=True):
        silent = not entry["topics"] or entry["level"] == Level.NONE
        marked = found is not None and found.worth_a_look and silent
        entry["resembles"] = found.json() if found is not None and marked else None


def _entry(document: Any, tagging: Any) -> dict[str, Any]:
    """Return a record like those of `changes`, without the keys that only stored changes have."""
    from tracker.model import Change
    from tracker.serialization import change_to_json

    full = change_to_json(
        Change(
            id="", source="", kind=document.kind, title=document.title, url=document.url, detected_at=clock.now(),
            tagging=tagging, document_number=document.document_number, citation=document.citation,
            agencies=document.agencies, published=document.published, abstract=document.abstract,
        )
    )  # fmt: skip
    unknown = {
        "id",
        "source",
        "detected_at",
        "revision",
        "baseline",
        "editorial",
        "before",
        "after",
        "supersedes",
        "profiles",
        "profile_matches",
    }
    return {name: value for name, value in full.items() if name not in unknown}
