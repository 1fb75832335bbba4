"""urlwatch, webchanges and changedetection.io as their users run them: installed into environments of their own under the
cache folder, in pinned versions, watching the same pages and sending to the same kind of target."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.processes import measure

URLWATCH, WEBCHANGES, CDIO = "urlwatch", "webchanges", "changedetection.io"
WATCHERS = {URLWATCH: "2.29", WEBCHANGES: "3.37.0", CDIO: "0.60.10"}
# Extractors of the main text of a page, for `bench.main_text`.
EXTRACTORS = {"resiliparse": "2.0.1", "trafilatura": "2.3.1", "readability-lxml": "0.9"}
PINNED = WATCHERS | EXTRACTORS
# changedetection.io asks for other versions of what the other two use.
_TOGETHER = {
    URLWATCH: "watchers", WEBCHANGES: "watchers", CDIO: "server", **dict.fromkeys(EXTRACTORS, "extractors"),
}  # fmt: skip
_SECOND = 1.1  # the watchers keep times in whole seconds: two rounds in one would be one to them
_PATIENCE = 60.0

# One page in one message: its state and its address.
PageMessage = tuple[str, str]
_ENTRY = re.compile(r"^(CHANGED|ERROR|NEW)\b.*?(https?://[^\s)]+)", re.MULTILINE)


def cache() -> Path:
    """Where environments of other programs are kept between runs."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "tracker-bench"


def install(name: str) -> tuple[Path, str]:
    """The environment of a peer, made at first use; and why it cannot be had, empty where it can."""
    venv = cache() / _TOGETHER[name]
    python = venv / "bin/python"
    mark = venv / f".{name}-{PINNED[name]}"
    if mark.exists():
        return venv, ""
    made = measure([sys.executable, "-m", "venv", venv]) if not python.exists() else None
    if made is None or made.code == 0:
        made = measure([python, "-m", "pip", "install", "-qq", "--no-input", f"{name}=={PINNED[name]}"])
    if made.code == 0:
        mark.touch()
        return venv, ""
    last = made.output.strip().splitlines()[-1:] or [f"exit {made.code}"]
    return venv, f"pip could not install {name} {PINNED[name]}: {last[0][:160]}"


class Peer(ABC):
    """One watcher with a state of its own in a folder. `round` checks all pages once and returns when it is over."""

    def __init__(self, folder: Path, venv: Path, hook: str) -> None:
        self.folder, self.venv, self.hook = folder, venv, hook

    @abstractmethod
    def watch(self, addresses: Sequence[str], selector: str) -> None:
        """Set what is watched, the text under a CSS selector; a second call changes the selector."""

    @abstractmethod
    def round(self) -> None: ...

    @abstractmethod
    def begin(self) -> None:
        """Starts a round and does not wait for its end."""

    @abstractmethod
    def kill(self) -> None:
        """`kill -9`, in the middle of what it does."""

    @abstractmethod
    def close(self) -> None:
        """Ends what still runs."""

    @abstractmethod
    def messages(self, body: Mapping[str, Any]) -> list[PageMessage]:
        """Return the pages and states of one message that reached the target."""


class Watcher(Peer):
    """urlwatch and webchanges: one process a round."""

    name = URLWATCH
    reporter, jobs_option, store_option = "slack", "--urls", "--cache"

    def watch(self, addresses: Sequence[str], selector: str) -> None:
        jobs = "---\n".join(
            f"url: {address}\nfilter:\n  - css: '{selector}'\n  - html2text\n" for address in addresses
        )
        (self.folder / "jobs.yaml").write_text(jobs, "utf-8")
        (self.folder / "hooks.py").write_text("", "utf-8")
        (self.folder / "settings.yaml").write_text(
            "display:\n  new: false\n  error: true\n  unchanged: false\n"
            f"report:\n  stdout:\n    enabled: false\n  {self.reporter}:\n    enabled: true\n    webhook_url: {self.hook}\n",
            "utf-8",
        )

    def round(self) -> None:
        self.begin()
        self._process.wait(_PATIENCE)

    def begin(self) -> None:
        time.sleep(_SECOND)
        home = {name: str(self.folder) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
        command = [
            self.venv / "bin" / self.name, self.jobs_option, self.folder / "jobs.yaml", "--config",
            self.folder / "settings.yaml", "--hooks", self.folder / "hooks.py", self.store_option, self.folder / "seen.db",
        ]  # fmt: skip
        self._process = subprocess.Popen(
            [str(part) for part in command], cwd=self.folder, env={**os.environ, **home}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        self.kill()

    def messages(self, body: Mapping[str, Any]) -> list[PageMessage]:
        # A message that is about one page alone names it twice.
        return list(dict.fromkeys(_ENTRY.findall(str(body.get("text", "")))))


class Webchanges(Watcher):
    name = WEBCHANGES
    reporter, jobs_option, store_option = "webhook", "--jobs", "--database"


class ChangeDetection(Peer):
    """changedetection.io: a server without a screen, driven by its API."""

    def __init__(self, folder: Path, venv: Path, hook: str) -> None:
        super().__init__(folder, venv, hook)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._watched: dict[str, str] = {}
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [str(self.venv / "bin/changedetection.io"), "-C", "-h", "127.0.0.1", "-d", str(self.folder), "-p", str(self.port)],
            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(self.folder), "ALLOW_IANA_RESTRICTED_ADDRESSES": "true",
                 "DISABLE_VERSION_CHECK": "true"},
        )  # fmt: skip
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                self._ask("GET", "/systeminfo")
            except (OSError, KeyError, ValueError):
                if time.monotonic() > end or self._process.poll() is not None:
                    raise
                time.sleep(0.3)
            else:
                return

    def _key(self) -> str:
        found = json.loads((self.folder / "changedetection.json").read_text("utf-8"))
        return str(found["settings"]["application"]["api_access_token"])

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"x-api-key": self._key(), "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read().decode()
        return json.loads(text) if text.strip()[:1] in ("{", "[") else text

    def watch(self, addresses: Sequence[str], selector: str) -> None:
        for address in addresses:
            wanted = {
                "url": address,
                "include_filters": [selector],
                "notification_urls": [self.hook.replace("http", "json", 1)],
            }
            if address in self._watched:
                self._ask("PUT", f"/watch/{self._watched[address]}", {"include_filters": [selector]})
            else:
                self._watched[address] = self._ask("POST", "/watch", wanted)["uuid"]

    def begin(self) -> None:
        time.sleep(_SECOND)
        self._since = int(time.time())
        self._ask("GET", "/watch?recheck_all=1")

    def cpu(self) -> float:
        """Processor time of the server so far (Linux)."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    def round(self, *, patience: float = _PATIENCE) -> None:
        self.begin()
        end = time.monotonic() + patience
        while time.monotonic() < end:
            found = self._ask("GET", "/watch")
            if all(
                (found.get(name) or {}).get("last_checked", 0) >= self._since
                for name in self._watched.values()
            ):
                break
            time.sleep(0.2)
        time.sleep(2.0)  # messages go out of a queue of their own

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._start()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def messages(self, body: Mapping[str, Any]) -> list[PageMessage]:
        text = f"{body.get('title', '')}\n{body.get('message', '')}"
        found = [address for address in self._watched if address in text]
        return [("CHANGED", max(found, key=len, default=""))]  # `/many/1` occurs in `/many/12` too


KINDS: Mapping[str, type[Peer]] = {URLWATCH: Watcher, WEBCHANGES: Webchanges, CDIO: ChangeDetection}
