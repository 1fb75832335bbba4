"""The command that exports reviewers' corrections as labeled examples."""

from __future__ import annotations

from pathlib import Path

import click

from tracker.cli.app import command, write_out


@command("corrections")
@click.argument("what", type=click.Choice(["export"]))
@click.option(
    "-o",
    "--out",
    "--output",
    "out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write to this file instead of standard output.",
)
def corrections(config: Path, state: Path, what: str, out: Path | None) -> None:  # noqa: ARG001
    """Exports the applied corrections as labeled examples (TSV), for `tracker eval --labels FILE`."""
    from tracker.rendering import correction_examples
    from tracker.storage.leading_records import corrected_records
    from tracker.storage.read_queries import open_reader

    with open_reader(state) as store:
        write_out(correction_examples.table(corrected_records(store.connection)), out)
