"""`tracker tag` reads a file by its name before it looks at the content."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from tracker.cli.queries import tag


def test_a_federal_register_text_that_begins_with_a_bracket_is_not_read_as_json(tmp_path: Path) -> None:
    file = tmp_path / "notice.txt"
    file.write_text(
        "[Federal Register Volume 95, Number 3 (Friday, January 4, 2030)]\n[Rules and Regulations]\n\n"
        "DATES: This rule is effective June 3, 2030.\n"
    )
    outcome = CliRunner().invoke(tag, [str(file), "--json"])
    assert outcome.exit_code == 0, outcome.output
    (entry,) = json.loads(outcome.output)
    assert ("effective", "2030-06-03") in [(each["type"], each["date"]) for each in entry["dates"]]
