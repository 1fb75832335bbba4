"""`compose.yaml` as far as it can be checked without docker: what it names exists, and each command is one of ours."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from tracker.cli.running import run

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
SCALED = {name for name, service in SERVICES.items() if service.get("profiles") == ["scale"]}


def test_the_profile_scale_has_a_database_and_each_role_once() -> None:
    assert set(SERVICES) - SCALED == {"tracker"}
    roles = {name: OURS[name]["command"][2] for name in SCALED & set(OURS)}
    assert roles == {"scheduler": "scheduler", "worker": "worker", "web": "web"}
    assert SCALED - set(OURS) == {"database"}


@pytest.mark.parametrize("name", sorted(OURS))
def test_each_command_is_understood_by_the_program_of_the_image(name: str) -> None:
    words = OURS[name].get("command", ["run"])
    assert words[0] == "run"
    with click.Context(run) as context:
        run.make_parser(context).parse_args(list(words[1:]))


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_what_a_service_names_is_there(name: str) -> None:
    service = SERVICES[name]
    known = {
        "profiles", "build", "image", "restart", "stop_grace_period", "read_only", "tmpfs", "cap_drop", "security_opt",
        "command", "depends_on", "volumes", "environment", "healthcheck",
    }  # fmt: skip
    assert set(service) <= known, "a key that docker compose does not know is refused by it"
    for other, how in service.get("depends_on", {}).items():
        assert how == {"condition": "service_healthy"}
        assert "healthcheck" in SERVICES[other], "or it is never healthy"
        assert SERVICES[other].get("profiles") == service.get("profiles")
    for volume in service.get("volumes", ()):
        place = volume.split(":")[0]
        assert (ROOT / place).exists() if place.startswith(".") else place in COMPOSE["volumes"], volume


@pytest.mark.parametrize("name", sorted(SCALED & set(OURS)))
def test_the_roles_find_the_database_that_the_profile_starts(name: str) -> None:
    url = OURS[name]["environment"]["TRACKER_DATABASE_URL"]
    database = SERVICES["database"]["environment"]
    found = re.fullmatch(r"postgresql://(\w+):(\$\{\w+:-\})@(\w+)/(\w+)", url)
    assert found is not None, url
    assert found[1] == database["POSTGRES_USER"]
    assert found[2] == database["POSTGRES_PASSWORD"]
    assert found[3] == "database"
    assert found[4] == database.get("POSTGRES_DB", database["POSTGRES_USER"])
    assert "[mcp,otel,postgres]" in (ROOT / "Dockerfile").read_text("utf-8"), "the driver is in the image"
