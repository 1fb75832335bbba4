"""The commands of the effects register: what is law on a day, the effects, and corrections by hand."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker import clock
from tracker.cli.app import as_json as json_option
from tracker.cli.app import command, finish, language_of, preferences, print_json, tables_of, write_out
from tracker.cli.app import lang as lang_option
from tracker.cli.app import output as output_option
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.config.models import Settings
    from tracker.effects import RecordedEffect
    from tracker.storage.database import Store

FORMATS = ("text", "json", "csv")
_EXAMPLES = "an order (E.O. 14901), a document number (2026-00100), a path (15 CFR 744.11(a)(1)) or a heading"


@command("law")
@click.argument("path", nargs=-1, required=True, metavar="PATH")
@click.option(
    "--as-of", default="", metavar="DATE", help="What holds on this day; default: today in New York."
)
@click.option(
    "--known-at", default="", metavar="DATE", help="Only what could be known by the end of this day, or at an ISO instant."
)  # fmt: skip
@lang_option
@json_option
def law(
    config: Path, state: Path, path: tuple[str, ...], as_of: str, known_at: str, lang: str, as_json: bool
) -> None:
    """Shows what is law on a day: the words and the status of a unit, the status of an order, a rule, a tariff
    heading or a listed party, and every effect that made it so.

    PATH is a citation: `15 CFR 744.11(a)(1)`, `3B001.c.1.b`, `Supp. No. 4 to Part 744 › JAPAN › NAME`, `E.O. 14257`,
    `2025-19001`, `9903.01.25`. Ends with 1 when nothing is stored about it.
    """
    from tracker.stories.law import law_on, law_page, law_to_json

    day = _day(as_of, "--as-of") or clock.legal_day(clock.now())
    known = _moment(known_at, "--known-at") if known_at else None
    with _store(state).read() as connection:
        found = law_on(connection, " ".join(path), day, known)
    if as_json:
        print_json(law_to_json(found))
        finish(0 if found.found else 1)
        return
    if not found.found:
        print(
            f"nothing is stored about {found.path}; give {_EXAMPLES} as `tracker changes` and the texts name it",
            file=sys.stderr,
        )
        finish(1)
        return
    liking = preferences(config)
    print(law_page(found, language_of(lang, liking.language), liking.timezone))


@command("effects")
@click.option(
    "--unit", default="", metavar="PATH", help="On this unit, on what contains it, and on what it contains."
)
@click.option("--document", default="", metavar="NAME", help="Of this document or order, and on it.")
@click.option(
    "--since", default="", metavar="DATE", help="Known, or known to have ended, on or after this day."
)
@click.option("--watched", is_flag=True, help="Instead: the watched instruments, each with its status today.")
@click.option("--format", "form", default="text", metavar="text|json|csv", help="Output format.")
@click.option(
    "--add",
    "verb",
    default="",
    metavar="VERB",
    help="Record an effect by hand, with --by, --on, --who, --reason and --source.",
)
@click.option(
    "--end",
    "ended",
    default="",
    metavar="ID",
    help="End an effect by hand, with --who, --reason and --source.",
)
@click.option(
    "--by", default="", metavar="DOCUMENT", help="With --add: the document or court case that has the effect."
)
@click.option(
    "--on",
    default="",
    metavar="TARGET",
    help="With --add: the unit, document, order, heading or party that it affects.",
)
@click.option(
    "--part", default="", metavar="WORDS", help="With --add: the affected portion, where it is not the whole."
)
@click.option("--from", "since_day", default="", metavar="DATE", help="With --add: the first day.")
@click.option(
    "--until",
    default="",
    metavar="DATE",
    help="The last day; with --end and without it, the effect never held.",
)
@click.option("--quote", default="", metavar="WORDS", help="With --add: the words that have the effect.")
@click.option("--who", default="", metavar="NAME", help="The person who corrects the register.")
@click.option("--reason", default="", metavar="WORDS", help="Why it is corrected.")
@click.option(
    "--source", default="", metavar="ADDRESS", help="Where this can be read: an address or a citation."
)
@output_option
@lang_option
@json_option
def effects(
    config: Path, state: Path, unit: str, document: str, since: str, watched: bool, form: str, verb: str, ended: str, by: str, on: str,
    part: str, since_day: str, until: str, quote: str, who: str, reason: str, source: str, output: Path | None, lang: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Lists the effects register: which document stays, delays, ends, amends, ... which other document or unit, from
    when to when, and whether the text of the law shows it.

    With --watched, lists the shipped instruments and those of `[[instrument]]`, each with its status today.
    With --add or --end, corrects it by hand: logged with the name, the reason and the source, marked in every list,
    and never overwritten by a poll.
    """
    form = "json" if as_json else form
    if form not in FORMATS:
        raise UsageError(f"--format: {form!r} is not one of {', '.join(FORMATS)}")
    if watched:
        if form == "csv" or any((unit, document, since, verb, ended)):
            raise UsageError("--watched takes only --format text or json", cure="leave the other options out")
        _print_watched(config, state, lang, output, as_json=form == "json")
        return
    if verb and ended:
        raise UsageError("--add and --end are two corrections", cure="give one of them")
    if verb or ended:
        for option, value in (("--who", who), ("--reason", reason), ("--source", source)):
            if not value.strip():
                raise UsageError(
                    f"a correction needs {option}", cure="give --who NAME --reason WORDS --source ADDRESS"
                )
        last = _day(until, "--until")
        log = f"{reason.strip()} ({source.strip()})"
        settings = _channels(config)
        if verb:
            found = [
                _add(
                    state,
                    settings,
                    verb,
                    by,
                    on,
                    part,
                    _day(since_day, "--from"),
                    last,
                    quote,
                    who.strip(),
                    log,
                )
            ]
        else:
            found = [_end(state, settings, ended, last, who.strip(), log)]
    else:
        for option, value in (("--by", by), ("--on", on), ("--part", part), ("--from", since_day), ("--until", until), ("--quote", quote),
                              ("--who", who), ("--reason", reason), ("--source", source)):  # fmt: skip
            if value:
                raise UsageError(
                    f"{option} is only for a correction", cure="give it with --add VERB or --end ID"
                )
        found = _listed(state, unit, document, _day(since, "--since"))
    _print(found, form, config, lang, output, filtered=bool(unit or document or since))


def _print_watched(config: Path, state: Path, lang: str, output: Path | None, *, as_json: bool) -> None:
    import json

    from tracker.config.models import Instrument
    from tracker.storage import watch_entries
    from tracker.storage.watch_entries import EntryKind
    from tracker.stories.watch_list import watch_list, watch_list_to_json, watch_table

    rows = tables_of(config, "instrument") or []
    own = [Instrument(str(row["name"]), str(row.get("title", ""))) for row in rows if row.get("name")]
    with _store(state).read() as connection:
        own += [
            Instrument(entry.key, str(entry.value.get("title", "")))
            for entry in watch_entries.current(connection)
            if entry.kind is EntryKind.INSTRUMENT and entry.value is not None
        ]
        found = watch_list(connection, own, clock.legal_day(clock.now()))
    if as_json:
        write_out(json.dumps(watch_list_to_json(found), ensure_ascii=False, indent=2) + "\n", output)
        return
    write_out(watch_table(found, language_of(lang, preferences(config).language)) + "\n", output)


def _print(
    found: list[RecordedEffect], form: str, config: Path, lang: str, output: Path | None, *, filtered: bool
) -> None:
    import json

    from tracker.i18n import t
    from tracker.rendering.effect_text import effect_table, effects_csv
    from tracker.serialization import effect_to_json

    language = language_of(lang, preferences(config).language)
    if form == "json":
        rows = [effect_to_json(one) for one in found]
        write_out(json.dumps(rows, ensure_ascii=False, indent=2) + "\n", output)
    elif form == "csv":
        write_out(effects_csv(found), output)
    elif found:
        write_out(effect_table(found, language) + "\n", output)
    else:
        write_out(t("effect.none-fit" if filtered else "effect.none", language) + "\n", output)


def _listed(state: Path, unit: str, document: str, since: date | None) -> list[RecordedEffect]:
    from tracker.stories.law import listed

    with _store(state).read() as connection:
        return listed(connection, unit, document, clock.legal_instant(since) if since else None)


def _add(
    state: Path, settings: Settings | None, verb: str, by: str, on: str, part: str, since: date | None, until: date | None, quote: str, who: str, log: str
) -> RecordedEffect:  # fmt: skip
    from functools import partial

    from tracker.documents.effect_names import affected_of, affecting_of
    from tracker.effects import Applied, Effect, EffectVerb, Extent
    from tracker.ingest.status_alerts import settle_by_hand
    from tracker.legal_status import effect_targets
    from tracker.storage import audit_log
    from tracker.storage import effects as register

    verbs = tuple(str(one) for one in EffectVerb)
    if verb not in verbs:
        raise UsageError(f"--add: {verb!r} is not one of {', '.join(verbs)}")
    if not by or not on:
        raise UsageError("an effect needs --by and --on", cure=f"give {_EXAMPLES}")
    if since and until and until < since:
        raise UsageError(f"--until {until} is before --from {since}")
    affected = affected_of(on, part)
    now = clock.now()
    effect = Effect(
        verb=EffectVerb(verb),
        affecting=affecting_of(by, quote),
        affected=affected,
        from_=since,
        until=until,
        known_at=now,
        applied=Applied.PENDING if affected.path else Applied.NOT_APPLICABLE,
        extent=Extent.PARTIAL if part else Extent.WHOLE,
        by_hand=f"{who}: {log}",
    )
    with _store(state).write() as connection:
        added = register.add_by_hand(connection, effect, by, partial(effect_targets.resolved, connection))
        if added is None:
            raise UsageError("this effect is recorded by hand already", cure="see `tracker effects`")
        settle_by_hand(connection, added.id, by, settings, now)
        value = f"{added.id}: {log}"
        audit_log.add(connection, now, who, audit_log.Event.EFFECT_ADDED, value)
    return added


def _end(
    state: Path, settings: Settings | None, name: str, until: date | None, who: str, log: str
) -> RecordedEffect:
    from tracker.ingest.status_alerts import settle_by_hand
    from tracker.legal_status.register import affecting_name
    from tracker.storage import audit_log
    from tracker.storage import effects as register

    with _store(state).write() as connection:
        found = register.get(connection, name)
        if found is None:
            raise UsageError(f"no effect has the id {name!r}", cure="`tracker effects` lists them")
        now = clock.now()
        ended = register.end_by_hand(connection, found, at=now, ended_on=until, who=f"{who}: {log}")
        settle_by_hand(connection, name, affecting_name(found), settings, now)
        audit_log.add(connection, now, who, audit_log.Event.EFFECT_ENDED, f"{name}: {log}")
    return ended


def _channels(config: Path) -> Settings | None:
    """The settings, by which those who had a record are alerted; None where there is no file."""
    from tracker.cli.app import settings_of

    if config.is_file():
        return settings_of(config)
    print(f"{config} is not there: a change of status is recorded, and nobody is alerted", file=sys.stderr)
    return None


def _day(text: str, option: str) -> date | None:
    from tracker.cli.running import read_day

    day = read_day(text, option) if text else None
    if day is not None and day.year not in clock.YEARS:
        raise UsageError(
            f"{option}: {text!r} is not a day of the years {clock.YEARS.start} to {clock.YEARS.stop - 1}"
        )
    return day


def _moment(text: str, option: str) -> datetime:
    """An instant, or the end of a day in New York."""
    from datetime import UTC

    if "T" not in text:
        day = _day(text, option)
        assert day is not None
        return clock.end_of_legal_day(day)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{option}: {text!r} is not a day or an instant such as 2026-11-22T08:00:00Z"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _store(state: Path) -> Store:
    from tracker.storage.database import Store
    from tracker.storage.read_queries import open_reader

    with open_reader(state):  # says in one line where nothing is stored
        pass
    return Store(state)
