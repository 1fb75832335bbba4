"""The git export says what a document does to the status of others: the printed text does not show it."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date

import pytest

from tests.e2e.test_effects_stories import REGTEXT, on, publish
from tests.e2e.world import World
from tracker.archive.git_export import export_git

NOTE = (
    "<EFFDNOT><HED>Effective Date Note:</HED><PSPACE>At 91 FR 41400, July 8, 2026, in § 744.11, paragraph (a)(1) was stayed, "
    "effective until Aug. 31, 2026.</PSPACE></EFFDNOT>"
)


def test_the_commit_of_a_stay_names_what_it_stays_and_each_person_has_an_address(world: World) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    world.use("fr-bis", "ear").poll()
    publish(
        world, "2026-20400", date(2026, 7, 8), "Controls on Sample Affiliates; Stay", ["BIS stays the amendments."],
        regtext=REGTEXT.format(number=1, words="stayed until August 31, 2026"),
        abstract="BIS stays, until August 31, 2026, the final rule published June 15, 2026 (91 FR 40400).",
        action="Final rule; stay.", dates="Effective July 8, 2026, the rule is stayed until August 31, 2026.",
        effective_on="2026-07-08", start_page=41400, cfr_references=[{"title": 15, "part": 744}],
    )  # fmt: skip
    world.standin.edit_part(
        15, "744", '<CITA TYPE="N">[73 FR 49321', f'{NOTE}<CITA TYPE="N">[73 FR 49321', day=date(2026, 7, 9)
    )
    on(world, date(2026, 7, 14))
    world.poll()
    folder = world.folder / "law"
    export_git(world.state, folder)

    def log(*words: str) -> str:
        done = subprocess.run(["git", "log", *words], cwd=folder, capture_output=True, check=True, text=True)
        return done.stdout

    found = log("--grep=^Effect:", "--format=%an%n%b")
    assert found.startswith("91 FR 41400\n")
    assert "Effect: 2026-20400 stays 15 CFR 744.11(a)(1) (July 8, 2026 to August 31, 2026)" in found
    people = log("--format=%ae%n%ce").splitlines()
    assert people
    assert all(people)
