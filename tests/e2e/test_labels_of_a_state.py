"""`tracker eval` judges the changes of a state again and compares them with labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from tests.case_player import CasePlayer
from tests.e2e.world import World, world  # noqa: F401 - a fixture
from tracker.cli.evaluation import evaluate
from tracker.ingest import reassess
from tracker.model import Level
from tracker.serialization import change_from_json
from tracker.storage.database import Store

HEAD = "document_number\tpublished\tmust\taccepted\tlevels\tdirections\tjapan_nexus\tlabellers\trecord"


def _written(folder: Path, *rows: str) -> Path:
    path = folder / "labels.tsv"
    path.write_text("\n".join((HEAD, *rows)) + "\n", "utf-8")
    return path


def _label(record: dict[str, Any], *, level: str = "", by: str = "record") -> str:
    change = change_from_json(record)
    topics = ",".join(topic.id for topic in change.tagging.topics)
    direction = change.tagging.direction.value if change.tagging.direction else ""
    nexus = "yes" if change.tagging.japan_nexus else "no"
    number = change.document_number or ""
    identity = change.id if by == "record" else ""
    return "\t".join(
        (
            number,
            "2026-11-01",
            topics,
            topics,
            level or change.tagging.level.value,
            direction,
            nexus,
            "1",
            identity,
        )
    )


def test_the_output_of_the_rules_counts_as_right_and_a_correction_as_a_miss(
    world: World,  # noqa: F811
    tmp_path: Path,
) -> None:
    world.use("fr-bis", "fr-all", "inspection", "news", "page", "feed").poll()
    records = world.changes()
    assert len(records) > 5
    numbered = next(record for record in records if record["document_number"])
    first = records[0]
    other = "none" if first["level"] != "none" else "critical"
    path = _written(
        tmp_path,
        *(_label(record) for record in records[1:]),
        _label(numbered, by="number"),
        _label(first, level=other),
        "\t2026-11-01\t\t\tlow\t\teither\t1\tchg_0000000000000000",
    )
    outcome = CliRunner().invoke(
        evaluate,
        ["--labels", str(path), "--state", str(world.state), "--config", str(world.config), "--json"],
    )
    assert outcome.exit_code == 0, outcome.output
    shown_text = json.loads(outcome.output)
    assert (shown_text["examples"], shown_text["judged"]) == (len(records) + 2, len(records) + 1)
    assert shown_text["figures"]["level right"] == {"right": len(records), "of": len(records) + 1}
    assert {miss["record"] for miss in shown_text["misses"]} == {first["id"]}
    assert [
        miss["wanted"] for miss in shown_text["misses"] if "level" in miss["kind"] or "high" in miss["kind"]
    ] == [[other]]
    assert [each["record"] for each in shown_text["not_judged"]] == ["chg_0000000000000000"]
    shown = CliRunner().invoke(
        evaluate,
        ["--labels", str(path), "--state", str(world.state), "--config", str(world.config), "--lang", "ja"],
    )
    assert shown.exit_code == 0
    assert "影響度の一致" in shown.output
    assert "保存データにありません" in shown.output


def test_a_change_of_a_text_is_judged_by_what_changed(tmp_path: Path) -> None:
    page = "<html><head><title>Chips</title></head><body><main><h1>Chips</h1><p>{}</p><p>{}</p></main></body></html>"
    fixed = (
        "Guidance on exports of advanced computing chips under the Export Administration Regulations (EAR)."
    )
    source = '[[source]]\nid = "page"\nkind = "page"\nurl = "{site}/page"\nevery = "1h"\n'
    with CasePlayer(source, tmp_path) as player:
        player.step(
            {"/page": page.format(fixed, "Exporters confirm the location of each chip within ninety days.")}
        )
        player.step(
            {"/page": page.format(fixed, "Exporters confirm the location of each chip within thirty days.")}
        )
        (record,) = player.changes()
    change = change_from_json(record)
    with Store(player.state).read() as connection:
        again = reassess.judged_again(connection, change)
    assert (again.level, again.direction) == (change.tagging.level, change.tagging.direction)
    assert again.level is not Level.NONE


def test_a_wrong_file_is_refused_with_its_line(tmp_path: Path) -> None:
    path = _written(tmp_path, "1\t2026-11-01\t\t\tgrave\t\teither\t1\t")
    outcome = CliRunner().invoke(evaluate, ["--labels", str(path), "--state", str(tmp_path)])
    assert "labels.tsv: line 2: level: 'grave' does not exist" in str(outcome.exception)
