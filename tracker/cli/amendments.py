"""The command amend: what a rule makes of a text of the Code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.app import as_json as json_option
from tracker.cli.app import command, file_bytes, finish, print_json, write_out
from tracker.errors import TrackerError, UsageError

if TYPE_CHECKING:
    from tracker.amendments.records import Amended


@command("amend")
@click.option(
    "--rule",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="The rule: Federal Register XML, text of public inspection, HTML or PDF.",
)
@click.option(
    "--base",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="The text that it amends: XML of the eCFR, a part or a title.",
)
@click.option(
    "--date",
    "day",
    default="",
    metavar="DATE",
    help="With -o: as it reads on this day.  [default: after all]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the base as amended to this file; `tracker diff --before BASE --after FILE` shows the redline.",
)
@json_option
def amend(
    config: Path,  # noqa: ARG001 - every command takes --config and --state
    state: Path,  # noqa: ARG001
    rule: Path,
    base: Path,
    day: str,
    output: Path | None,
    as_json: bool,
) -> None:
    """Computes the text as a rule amends it, on the day the rule is filed. Needs neither settings nor state.

    Each instruction is computed exactly, or not at all: then the reason is given with its words, and nothing of it
    is in the file that -o writes. Instructions with a later day are applied on that day. Where the Office of the
    Federal Register could not incorporate an instruction either (its target or words do not exist, it gives no
    text), a prefilled note says so.

    Exit codes: 0 all computed, 1 something was not computed, 2 wrong use.

    \b
    tracker amend --rule 2026-12345.xml --base title-15-part-744.xml
    tracker amend --rule 2026-12345.xml --base part-744.xml -o amended.xml
    tracker diff --before part-744.xml --after amended.xml
    """
    from tracker.amendments.amend import amend as apply_rule
    from tracker.amendments.as_json import amended_json
    from tracker.amendments.base import read_base
    from tracker.amendments.files import read_rule_file
    from tracker.cli.running import read_day

    on = read_day(day, "--date") if day else None
    try:
        before = file_bytes(base)
        text = read_base(before, base.name)
        instructions = read_rule_file(rule.name, file_bytes(rule))
    except UsageError:
        raise
    except TrackerError as error:
        raise UsageError(error.cause, cure=error.cure) from error
    if not instructions.instructions:
        raise UsageError(f"{rule.name}: no amendatory instruction was found")
    result = apply_rule(text, instructions, on)
    if output is not None:
        write_out(result.xml, output)
    if as_json:
        print_json(amended_json(result, before, base.name))
    else:
        print(_page(result))
    finish(0 if result.all_computed else 1)


def _page(result: Amended) -> str:
    """Return the instructions with their states, and a count, as text for a terminal."""
    from tracker.amendments.records import State
    from tracker.sanitize import sanitize

    lines = []
    for outcome in result.outcomes:
        day = f" from {outcome.effective.isoformat()}" if outcome.effective else ""
        lines.append(f"{outcome.instruction.number or '-'}: {outcome.state.value}{day}")
        if outcome.state is State.NOT_COMPUTED:
            lines.append(f"    {outcome.reason}")
            lines.append(f"    “{outcome.instruction.text}”")
        if outcome.note:
            lines.append(f"    {outcome.note}")
    counts = {state: sum(o.state is state for o in result.outcomes) for state in State}
    units = sum(unit.state is State.COMPUTED for unit in result.units)
    lines.append(
        f"{counts[State.COMPUTED]} instructions computed ({units} units), {counts[State.NOT_COMPUTED]} not computed, "
        f"{counts[State.NO_TEXT_CHANGE]} without a change of the text"
    )
    return sanitize("\n".join(lines))
