"""urlwatch and webchanges as their users run them, for speed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.peers import URLWATCH, WEBCHANGES
from bench.peers import install as environment
from bench.processes import Cost, measure


@dataclass(frozen=True, slots=True)
class Peer:
    """`poll` is one cycle, its state kept between calls."""

    name: str
    poll: Callable[[], Cost]


def install() -> str:
    """Both peers, at first use; an empty text, or one line with the reason why not."""
    return next((missing for name in (URLWATCH, WEBCHANGES) if (missing := environment(name)[1])), "")


def peers(folder: Path, addresses: list[str]) -> list[Peer]:
    """Both, set to watch the main text of the addresses, saying nothing to anybody."""
    jobs = "---\n".join(f"url: {address}\nfilter:\n  - css: main\n  - html2text\n" for address in addresses)
    (folder / "jobs.yaml").write_text(jobs, "utf-8")
    quiet = "report:\n  stdout:\n    enabled: false\n"
    (folder / "quiet.yaml").write_text(quiet, "utf-8")
    (folder / "hooks.py").write_text("", "utf-8")
    bin_ = environment(URLWATCH)[0] / "bin"
    home = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}

    def urlwatch() -> Cost:
        return measure(
            [bin_ / "urlwatch", "--urls", folder / "jobs.yaml", "--config", folder / "quiet.yaml",
             "--hooks", folder / "hooks.py", "--cache", folder / "urlwatch.db"],
            cwd=folder, environ=home,
        )  # fmt: skip

    def webchanges() -> Cost:
        return measure(
            [bin_ / "webchanges", "--jobs", folder / "jobs.yaml", "--config", folder / "quiet.yaml",
             "--hooks", folder / "hooks.py", "--database", folder / "webchanges.db"],
            cwd=folder, environ=home,
        )  # fmt: skip

    return [Peer("urlwatch", urlwatch), Peer("webchanges", webchanges)]
