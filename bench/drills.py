"""`python -m bench.drills [--write] [--days N]`: simulated faults of real life, with counted results.

Writes docs/reliability.md, and of attacks docs/security.md, between their markers. Ends with 1 when a drill did not end as it should.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from bench import (
    drill_attacks,
    drill_cases,
    drill_intruders,
    drill_machines,
    drill_month,
    drill_peers,
    drill_sources,
    drill_stages,
)
from bench.drill_kit import Drill, Outcome, disable_logging, new_world
from bench.peers import WATCHERS
from bench.report import table, write

PAGE = Path(__file__).parents[1] / "docs" / "reliability.md"
SECURITY = PAGE.with_name("security.md")
COMMAND = "make drills"


def run(drills: list[Drill]) -> list[tuple[Drill, Outcome]]:
    done = []
    for drill in drills:
        began = time.monotonic()
        with new_world(drill.site) as world:
            outcome = drill.run(world)
        print(
            f"{'ok  ' if outcome.ok else 'FAIL'} {drill.name}: {outcome.happened} ({time.monotonic() - began:.1f} s)",
            flush=True,
        )
        done.append((drill, outcome))
    return done


def _mark(outcome: Outcome) -> str:
    return outcome.happened if outcome.ok else f"**NOT AS IT SHOULD BE**: {outcome.happened}"


def _beside_peers(done: list[tuple[Drill, Outcome]]) -> str:
    """The table of the peers' drills, each peer's column from its own run just now."""
    found = drill_peers.run_all()
    head = [
        "drill",
        "what is right",
        "this project",
        *(f"{name} {version}" for name, version in WATCHERS.items()),
    ]
    rows = [
        [
            drill.name, drill.right, _mark(outcome),
            *(outcomes.get(drill.run.__name__, "not run here") for outcomes, _ in found.values()),
        ]
        for drill, outcome in done
    ]  # fmt: skip
    missing = [f"{name}: not run here: {why}." for name, (_, why) in found.items() if why]
    return "\n\n".join([table(head, rows), *missing])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.drills", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/reliability.md")
    parser.add_argument("--days", type=int, default=30, help="of simulated time")
    parser.add_argument(
        "--only",
        choices=("peers", "sources", "named", "stages", "machines", "month", "attacks"),
        help="one part alone",
    )
    parser.add_argument("--minutes", type=float, help="of the drill of machines, in place of its short form")
    arguments = parser.parse_args()
    disable_logging()
    failed = 0

    def wanted(part: str) -> bool:
        return arguments.only in (None, part)

    def keep(name: str, text: str, page: Path = PAGE, options: str = "") -> None:
        if arguments.write:
            write(name, text, command=f"{COMMAND} {options}".strip(), page=page)

    if wanted("peers"):
        done = run(drill_cases.DRILLS)
        failed += sum(not outcome.ok for _, outcome in done)
        keep("peers", _beside_peers(done))
    if wanted("sources"):
        done = run(drill_sources.DRILLS)
        failed += sum(not outcome.ok for _, outcome in done)
        keep("sources", table(["misbehavior", "what is right", "what happened"],
                              [[drill.name, drill.right, _mark(outcome)] for drill, outcome in done]))  # fmt: skip
    if wanted("named"):
        found = drill_sources.matrix()
        failed += sum(not outcome.ok for *_, outcome in found)
        names = list(dict.fromkeys(name for name, *_ in found))
        cells = {(name, source): outcome for name, source, outcome in found}
        rows = [
            [
                f"`{name}`",
                *(
                    _mark(cells[name, source]) if (name, source) in cells else ""
                    for source in drill_sources.KINDS
                ),
            ]
            for name in names
        ]
        print(f"named: {sum(outcome.ok for *_, outcome in found)} of {len(found)} as they should be")
        keep("named", table(["misbehavior", *drill_sources.KINDS.values()], rows))
    if wanted("stages"):
        done = run(drill_stages.DRILLS)
        failed += sum(not outcome.ok for _, outcome in done)
        keep("stages", table(["drill", "what is right", "what happened"],
                             [[drill.name, drill.right, _mark(outcome)] for drill, outcome in done]))  # fmt: skip
    if wanted("attacks"):
        done = run(drill_attacks.DRILLS + drill_intruders.DRILLS)
        failed += sum(not outcome.ok for _, outcome in done)
        keep("attacks", table(["attack", "what is right", "what happened"],
                              [[drill.name, drill.right, _mark(outcome)] for drill, outcome in done]), SECURITY)  # fmt: skip
    if wanted("machines"):
        missing = drill_machines.unavailable()
        if missing:
            print(f"machines: not run here: {missing}")
        else:
            machines = drill_machines.run(arguments.minutes)
            failed += not machines.ok
            print(machines.line())
            long = "" if arguments.minutes is None else f" --minutes {arguments.minutes:g}"
            keep(
                "machines",
                table(["measure", "figure"], machines.rows()),
                options=f'ARGS="--only machines{long}"',
            )
    if wanted("month"):
        month = drill_month.run(arguments.days)
        failed += not month.ok
        print(month.line())
        keep("month", table(["measure", "figure"], month.rows()))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
