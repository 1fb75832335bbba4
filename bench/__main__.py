"""`python -m bench [NAME ...]`: runs these benchmarks, or all; tables go into docs/benchmarks.md."""

from __future__ import annotations

import subprocess
import sys

SCRIPTS = {
    "watch_pages": ["--write"],
    "watch_nonce": ["--write"],
    "history": ["--write"],
    "startup": ["--write"],
    "diff_truth": ["--write"],
    "amend": ["--write"],
    "amend_speed": ["--write"],
    "main_text": ["--write"],
    "viewer_load": ["--write"],
    "throughput": ["--write"],
    "hts": ["--write"],
    "fetch_floor": [],
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in SCRIPTS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(SCRIPTS)}", file=sys.stderr)
        return 2
    failed = 0
    for name in names or SCRIPTS:
        print(f"bench.{name} ...", file=sys.stderr)
        failed |= subprocess.run(
            [sys.executable, "-m", f"bench.{name}", *SCRIPTS[name]], check=False
        ).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
