"""Commands that back up, move and prove the stored data: backup, export, import, prune, audit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tracker import clock, logs
from tracker.cli.app import as_json as json_option
from tracker.cli.app import command, finish, language_of, preferences, print_json, settings_of
from tracker.cli.app import lang as lang_option
from tracker.cli.app import output as output_option
from tracker.errors import FetchError, UsageError


@command("backup")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@json_option
def backup(config: Path, state: Path, folder: Path, as_json: bool) -> None:  # noqa: ARG001 - every command takes --config
    """Copies the whole state to FOLDER while it is in use. A later backup to the same folder replaces the first
    in one step.
    """
    from tracker.archive.backup import backup as make

    made = make(state, folder)
    if as_json:
        print_json(
            {
                "file": str(made.path),
                "bytes": made.bytes,
                "snapshots": made.snapshots,
                "changes": made.changes,
            }
        )
        return
    print(f"{made.path}: {made.bytes / 1e6:.1f} MB, {made.snapshots} snapshots, {made.changes} changes")


def _export_with(name: str, state: Path, output: Path | None, *, as_json: bool) -> None:
    from tracker.plugins import EXPORTERS, plugins, problems
    from tracker.storage.read_queries import open_reader

    found = plugins(EXPORTERS)
    if name not in found:
        known = ", ".join(found) or "none is installed"
        raise UsageError(
            problems(EXPORTERS).get(name) or f"--with: no exporter has the name {name!r}: {known}"
        )
    if output is None:
        raise UsageError("--with needs -o FOLDER")
    with open_reader(state) as reader:
        files = [str(path) for path in found[name](reader, output)]
    if as_json:
        print_json({"folder": str(output), "files": files})
        return
    print(f"{output}: {len(files)} files")


@command("export")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--evidence", metavar="CHANGE", help="Instead: write the evidence for this change to the folder of -o."
)
@click.option(
    "--git",
    "git_folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Instead: write the stored law as a git repository.",
)
@click.option(
    "--with",
    "exporter",
    metavar="NAME",
    help="Instead: run this exporter of a plug-in, into the folder of -o.",
)
@output_option
@json_option
def export(
    config: Path,
    state: Path,
    file: Path | None,
    evidence: str | None,
    git_folder: Path | None,
    exporter: str | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Exports everything to one portable FILE (a zip of JSON lines and bytes), the evidence for one change to a
    folder, or the stored law as a git repository with one commit per effective date and document.
    """
    if [file, evidence, git_folder, exporter].count(None) != 3:
        raise UsageError(
            "name a FILE, or use --evidence CHANGE, --git DIR or --with NAME",
            cure="tracker export --evidence CHANGE -o FOLDER",
        )
    if exporter is not None:
        _export_with(exporter, state, output, as_json=as_json)
        return
    if git_folder is not None:
        if output is not None:
            raise UsageError("-o goes with --evidence", cure="tracker export --git DIR")
        _export_git(state, git_folder, as_json=as_json)
        return
    if evidence is not None:
        from tracker.archive.evidence import write_evidence

        if output is None:
            raise UsageError("--evidence needs -o FOLDER")
        proof = write_evidence(
            state, evidence, output, now=clock.now(), timezone=preferences(config).timezone
        )
        if as_json:
            print_json({"folder": str(output), "files": proof.files, "sha256": proof.sha256})
            return
        print(f"{output}: {proof.files} files; SHA-256 of SHA256SUMS: {proof.sha256}")
        return
    from tracker.archive.exporter import export_archive as make

    assert file is not None
    if output is not None:
        raise UsageError("-o goes with --evidence", cure="tracker export FILE")
    moved = make(state, file)
    if as_json:
        print_json({"file": str(moved.path), "bytes": moved.bytes, "rows": moved.rows})
        return
    print(
        f"{moved.path}: {moved.bytes / 1e6:.1f} MB, {moved.rows['snapshot']} snapshots, {moved.rows['change']} changes"
    )


def _export_git(state: Path, folder: Path, *, as_json: bool) -> None:
    from tracker.archive.git_export import BRANCH, export_git

    made = export_git(state, folder)
    if as_json:
        print_json(
            {
                "folder": str(folder),
                "branch": BRANCH,
                "head": made.head,
                "commits": made.commits,
                "new": made.new,
                "rewritten": made.rewritten,
            }
        )
        return
    print(f"{folder}: {made.commits} commits ({made.new} new), {BRANCH} at {made.head[:12]}")
    if made.rewritten:
        print(f"older commits changed, because more documents are stored now; {BRANCH} was at {made.former}")


@command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=False))
@json_option
def import_(config: Path, state: Path, file: Path, as_json: bool) -> None:  # noqa: ARG001 - every command takes --config
    """Imports an export into an empty state, or the folder of a state or backup in SQLite into an empty PostgreSQL
    database. Everything is checked first; a FILE that fails a check changes nothing.
    """
    from tracker.archive.importer import import_archive, import_state

    if not file.exists():
        raise UsageError(f"{file}: no such file")
    moved = import_state(file, state) if file.is_dir() else import_archive(file, state)
    if as_json:
        print_json({"state": str(state), "rows": moved.rows})
        return
    print(f"{state}: {moved.rows['snapshot']} snapshots, {moved.rows['change']} changes, all checked")


@command("prune")
@click.option(
    "--older-than",
    metavar="SPAN",
    default="",
    help="Least age, such as 180d.  [default: prune_unreferenced_after]",
)
@click.option("--apply", is_flag=True, help="Remove them. Without this option, nothing is changed.")
@json_option
def prune(config: Path, state: Path, older_than: str, apply: bool, as_json: bool) -> None:
    """Lists stored bytes that nothing refers to: old versions of lists and held answers, never those of a
    version, a change or an evidence folder. With --apply, removes them and leaves a hashed record of each.
    """
    from tracker.config.validators import duration
    from tracker.storage import retention
    from tracker.storage.database import Store
    from tracker.storage.presence import required

    try:
        older = duration(older_than) if older_than else settings_of(config).prune_unreferenced_after
    except ValueError as error:
        raise UsageError(f"--older-than: {error}") from error
    if older is None:
        raise UsageError(
            "no age is given",
            cure="use --older-than 180d, or set prune_unreferenced_after in [tracker]",
        )
    required(state)
    store, now = Store(state), clock.now()
    if apply:
        found = retention.prune(store, older=older, now=now)
    else:
        with store.read() as connection:
            found = retention.unneeded_answers(connection, now - older)
    by_source: dict[str, list[int]] = {}
    for one in found:
        by_source.setdefault(one.source, []).append(one.compressed_size)
    if as_json:
        print_json(
            {
                "applied": apply,
                "older_than_days": older.total_seconds() / 86_400,
                "blobs": len(found),
                "bytes": sum(one.compressed_size for one in found),
                "sources": {
                    name: {"blobs": len(sizes), "bytes": sum(sizes)} for name, sizes in by_source.items()
                },
            }
        )
        return
    for name, sizes in sorted(by_source.items()):
        print(f"{name}: {len(sizes)} answers, {sum(sizes) / 1e6:.1f} MB")
    total = f"{len(found)} answers, {sum(one.compressed_size for one in found) / 1e6:.1f} MB"
    if apply:
        print(f"removed: {total}; the file keeps its size, and the free space in it is used again")
    else:
        print(f"can be removed: {total}; nothing was changed (use --apply)")


@command("audit")
@click.argument("sources", nargs=-1, metavar="[SOURCE ...]")
@click.option("--since", metavar="DATE", required=True, help="First day: 2026-11-01.")
@lang_option
@json_option
def audit(config: Path, state: Path, sources: tuple[str, ...], since: str, lang: str, as_json: bool) -> None:
    """Compares what the sources (and GovInfo beside the Federal Register) list since DATE with what is stored,
    and fills the gaps, oldest first. Ends with 1 when a gap remains or a source does not answer.
    """
    from tracker.cli.running import read_day
    from tracker.i18n import t
    from tracker.reconciliation import daily, gap_filling, report
    from tracker.reconciliation.govinfo_crosscheck import IssueCache
    from tracker.sanitize import sanitize_line
    from tracker.scheduler import poll_cycle
    from tracker.storage.database import Store
    from tracker.storage.presence import required

    settings = settings_of(config)
    logs.configure(settings.log_format == "json", "warning")
    day = read_day(since, "--since")
    required(state)
    chosen = [
        source
        for source in settings.sources
        if source.enabled
        and source.kind in gap_filling.audited_kinds()
        and (not sources or source.id in sources)
    ]
    unknown = set(sources) - {source.id for source in chosen}
    if unknown or not chosen:
        raise UsageError(
            f"{min(unknown, default=str(config))}: not a source that can be audited",
            cure=f"only sources of kind {' and '.join(gap_filling.audited_kinds())} can be audited",
        )
    context = poll_cycle.make_context(settings, Store(state), clock.now)
    language = language_of(lang, settings.languages[0])
    found, failed, shelf = list[dict[str, Any]](), False, IssueCache()
    for source in chosen:
        try:
            done = gap_filling.audit(source, context, day, shelf)
        except FetchError as error:
            failed = True
            daily.record_result(source, context, day, error)
            found.append(
                {"source": source.id, "kind": str(source.kind), "ok": False, "errors": [error.line()]}
            )
            lines = [t("audit.never", language, source=source.id, error=sanitize_line(error.line()))]
        else:
            failed = failed or not done.ok
            daily.record_result(source, context, day, done)
            found.append(report.as_json(done))
            lines = list(report.lines(done, language))
        if not as_json:
            print("\n".join(lines), flush=True)
    delivered = poll_cycle.deliver_due(context)
    context.client.close()
    if as_json:
        alerts = {"sent": delivered.sent, "retrying": delivered.retrying, "dead": delivered.dead}
        print_json({"since": day.isoformat(), "sources": found, "alerts": alerts})
    finish(1 if failed or not delivered.ok else 0)
