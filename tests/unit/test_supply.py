"""Secrets, known weaknesses and the bill of materials."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

from bench import supply


def test_a_secret_in_a_file_is_found_and_a_made_up_one_is_not(tmp_path: Path) -> None:
    file = tmp_path / "settings.py"
    planted = "AKIA" + "QYLPMN5HHHFPZAM2"
    file.write_text(f'key = "{planted}"\nurl = "mailtos://user:password@smtp.example.co.jp"\n', "utf-8")
    (line,) = supply.secrets_in([file])
    assert line.startswith(f"{file}:1: looks like a secret (AWS Access Key")
    assert planted not in line
    file.write_text('token = "xoxb-1234-1234-abc124"\n', "utf-8")
    assert supply.secrets_in([file]) == []
    file.write_text('# api_key = "env:CONGRESS_GOV_KEY"\nclient_secret = "file:/run/secrets/oidc"\n', "utf-8")
    assert supply.secrets_in([file]) == []  # names of places, no secrets


def test_a_known_weakness_is_named_and_an_unchecked_package_does_not_count() -> None:
    skipped = {"name": "a", "skip_reason": "Dependency not found on PyPI"}
    fine = {"name": "b", "version": "1", "vulns": []}
    weak = {"name": "c", "version": "2", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["2.1"]}]}
    assert supply.findings({"dependencies": [skipped]}) == ([], 0)
    assert supply.findings({"dependencies": [skipped, fine, weak]}) == (
        ["c 2: PYSEC-2026-1, mended in 2.1"],
        2,
    )


def test_the_bill_of_materials_has_what_runs_with_the_locks_hashes_and_no_tool_of_ours() -> None:
    made = json.loads(supply.sbom())  # validated by the schema of CycloneDX inside
    components = {component["name"]: component for component in made["components"]}
    assert {"httpx2", "sqlalchemy", "lxml", "weasyprint"} <= components.keys()
    assert not {"pytest", "mypy", "detect-secrets", "trustme"} & components.keys()
    assert {components[name]["scope"] for name in ("weasyprint", "psycopg", "opentelemetry-sdk", "mcp")} == {
        "optional"
    }
    for name, component in components.items():
        assert component["version"] == importlib.metadata.version(name)
        assert component["externalReferences"][0]["hashes"], name
        assert component["licenses"], name
    (ours,) = [entry for entry in made["dependencies"] if entry["ref"].startswith("pkg:pypi/tracker@")]
    assert any(ref.startswith("pkg:pypi/httpx2@") for ref in ours["dependsOn"])


def test_every_extra_but_the_tools_of_development_is_in_the_bill() -> None:
    extras = set(importlib.metadata.metadata(supply.OURS).get_all("Provides-Extra") or ())
    assert set(supply.DISTRIBUTED) == {"", *extras - {"dev"}}
