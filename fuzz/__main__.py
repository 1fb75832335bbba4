"""`python -m fuzz [TARGET ...] [--minutes N]`: each target in turn, in a process of its own, until the time is over.

Ends with 1 when something was found. What was found lies in `--out`: `found/TARGET-...` is the input, beside it a line
that says what it did. A finding counts once a fresh process without instruments has confirmed it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from fuzz.run import CURRENT, FOUND, TALLY, take_current
from fuzz.trial import GROWTH, SECONDS

SLICE = 20.0  # seconds
SILENT = 90.0  # seconds over its slice after which a process counts as stuck in foreign C code


@dataclass(slots=True)
class Count:
    runs: int = 0
    slowest: float = 0.0
    growth: int = 0
    deaths: int = 0


def main() -> int:
    options = _options()
    if options.replay:
        return replay([Path(name) for name in options.replay])
    from fuzz.targets import TARGETS

    names = options.targets or list(TARGETS)
    unknown = [name for name in names if name not in TARGETS]
    if unknown:
        print(f"no target {', '.join(unknown)}; there are {', '.join(TARGETS)}", file=sys.stderr)
        return 2
    engines = ["own"] + (["atheris"] if find_spec("atheris") else [])
    print(
        f"{len(names)} targets, {options.minutes:g} minutes, engines {' and '.join(engines)}", file=sys.stderr
    )
    folder = Path(options.out)
    (folder / FOUND).mkdir(parents=True, exist_ok=True)
    counts = {name: Count() for name in names}
    end = time.monotonic() + options.minutes * 60
    turn = 0
    while (left := end - time.monotonic()) > 1:
        name = names[turn % len(names)]
        engine = engines[turn // len(names) % len(engines)]
        _slice(name, min(options.slice, left), options.seed + turn, engine, folder, counts[name])
        turn += 1
    confirmed = _confirm(folder)
    print(table(counts))
    for line in confirmed:
        print(line)
    return 1 if confirmed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument(
        "--slice", type=float, default=SLICE, help="seconds for a target before the next has its turn"
    )
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--out", default=".fuzz")
    parser.add_argument(
        "--replay", nargs="+", metavar="FILE", help="TARGET/NAME or found/TARGET-...: once more, alone"
    )
    return parser.parse_args()


def _slice(name: str, seconds: float, seed: int, engine: str, folder: Path, count: Count) -> None:
    tally = folder / TALLY
    tally.unlink(missing_ok=True)
    command = [sys.executable, "-m", "fuzz.run", name, str(seconds), str(seed), engine, str(folder)]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            code = process.wait(seconds + SILENT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            code = -9
    if tally.exists():
        found = json.loads(tally.read_text())
        count.runs += found["runs"]
        count.slowest = max(count.slowest, found["slowest"])
        count.growth = max(count.growth, found["growth"])
    if code:
        count.deaths += 1
        kind = "stuck" if code == -9 else f"died{code}"
        (folder / FOUND / f"{name}-{kind}-{seed}").write_bytes(take_current(folder / CURRENT))


def _confirm(folder: Path) -> list[str]:
    """A line for each finding that shows itself again in a process of its own."""
    lines = []
    for path in sorted((folder / FOUND).glob("*")):
        if path.suffix == ".txt":
            continue
        try:
            done = subprocess.run(
                [sys.executable, "-m", "fuzz", "--replay", str(path)],
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
            output = (
                done.stdout.strip()
                if done.returncode >= 0
                else f"{path}: killed by signal {-done.returncode}"
            )
        except subprocess.TimeoutExpired:
            done, output = None, f"{path}: stuck"
        if done is None or done.returncode:
            lines.append(output)
    return lines


def replay(paths: list[Path]) -> int:
    """Run each file once, by the target that its folder or its name gives. Return 1 when any fails."""
    from fuzz.targets import TARGETS, in_process
    from fuzz.trial import arm, trial

    arm()
    in_process()
    bad = 0
    for path in paths:
        by_name = sorted((name for name in TARGETS if path.name.startswith(f"{name}-")), key=len)
        name = path.parent.name if path.parent.name in TARGETS else by_name[-1]
        trial(TARGETS[name], b"")  # what is loaded at first use is not counted
        verdict = trial(TARGETS[name], path.read_bytes())
        bad |= verdict.kind != "ok"
        print(
            f"{path}: {verdict.kind} {verdict.output} {verdict.where} ({verdict.seconds:.2f} s, {verdict.growth / 1e6:.0f} MB)"
        )
    return int(bad)


def table(counts: dict[str, Count]) -> str:
    rows = [
        f"| target | inputs | slowest (bound {SECONDS:g} s) | most memory (bound {GROWTH / 1e6:.0f} MB) | processes lost |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    rows += [
        f"| {name} | {count.runs:,} | {count.slowest:.2f} s | {count.growth / 1e6:.0f} MB | {count.deaths} |"
        for name, count in counts.items()
    ]
    return "\n".join([*rows, f"| all | {sum(count.runs for count in counts.values()):,} | | | |"])


if __name__ == "__main__":
    sys.exit(main())
