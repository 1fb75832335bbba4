"""The shape that scripts and webhooks rely on."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.rendering_samples import affiliates_rule
from tracker.serialization import change_from_json, change_to_json


def test_dates_instants_and_the_stay_are_written_as_promised() -> None:
    written = change_to_json(affiliates_rule())
    assert written["published"] == "2025-09-30"
    assert written["detected_at"] == "2025-09-29T12:45:07Z"
    assert written["kind"] == "rule"
    assert written["level"] == "critical"
    assert written["direction"] == "restriction"
    assert written["profiles"] == ["vacuum-components"]
    stay = written["status"][-1]
    assert (stay["state"], stay["from"], stay["until"], stay["by"]) == (
        "stayed",
        "2025-11-10",
        "2026-11-09",
        "2025-19846",
    )
    assert written["topics"][0]["evidence"][0]["where"] == "abstract"
    assert written["before"] is None
    assert written["supersedes"] is None


def test_a_record_of_the_promised_keys_only_is_read() -> None:
    written = change_to_json(affiliates_rule())
    for extra in ("revision", "baseline", "editorial", "abstract", "links", "profile_matches", "rules"):
        del written[extra]
    change = change_from_json(written)
    assert change.revision == 1
    assert not change.baseline
    assert change.tagging.status == affiliates_rule().tagging.status


def test_the_source_of_a_status_is_a_number_with_its_citation() -> None:
    rule = affiliates_rule()
    cited = replace(rule.tagging.status[-1], by="90 FR 50857", number="2025-19846")
    noted = replace(cited, number=None)
    page = replace(cited, by="Statement on a rule", number=None)
    change = replace(rule, tagging=replace(rule.tagging, status=(cited, noted, page, rule.tagging.status[0])))
    written = change_to_json(change)
    assert [(one["by"], one["citation"]) for one in written["status"]] == [
        ("2025-19846", "90 FR 50857"), (None, "90 FR 50857"), ("Statement on a rule", None), (None, None),
    ]  # fmt: skip
    assert change_from_json(written).tagging.status == change.tagging.status
    written["status"] = [{"state": "stayed", "by": "90 FR 50857"}]
    assert change_from_json(written).tagging.status[0].by == "90 FR 50857", "as earlier versions wrote it"
