"""Writes the stored law as a git repository: `git log`, `git diff` and `git blame` then answer for the law.

The history is made whole each time from what is stored, so the same state gives the same commit ids, and an interrupted
export leaves the branch as it was. The program `git` writes it, by `git fast-import`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import time
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, select

from tracker import parsing
from tracker.archive.law_history import EDITORIAL, LawCommit, TextState, commits
from tracker.clock import reader_instant
from tracker.diffing import compare
from tracker.errors import StoreError, UsageError
from tracker.legal_status.register import states_of
from tracker.model import Document, ResourceType
from tracker.rendering.effect_text import effect_line
from tracker.storage import effects, presence, snapshots, versions
from tracker.storage.database import Store
from tracker.storage.schema import SNAPSHOT
from tracker.stories.printed_citations import printed_citations
from tracker.stories.rule_join import CITED_KINDS, Rule, Window, join_operations
from tracker.stories.rule_records import amended_days, cited_rules, rules_for, state_day

BRANCH = "law"
_MARK = "tracker.export"
_NEW = "refs/tracker/new"
_COMMITTER = "tracker <tracker>"
_EDITORIAL_COMMITS = ".git/info/editorial-commits"
_NOON = time(12)  # in UTC: the same day in every time zone from Hawaii to Japan
_README = """\
The law as tracker stored it from the eCFR: one file per section or supplement, one paragraph, item or list row per line. " | " is between
the cells of a row; the row of a listed party begins with its country.

- One commit per effective date and Federal Register document. The author date is the effective date.
- `git log --date=short -- FILE` lists who changed a section; `git blame --date=short FILE` names the document of each line.
- Commits before the first stored state of a part are made of lines of that state that print a citation, so they do not
  hold text that was removed before. "first stored state" holds the lines for which the text names no single document.
- `git blame` passes over editorial commits (spelling, punctuation, spacing) in this folder; in a clone of it, set
  `blame.ignoreRevsFile` to a file that lists them (`git log --author='^editorial <' --format=%H`).
- "not determined": the evidence does not decide between documents, or no stored document fits; the message lists them.
- A line is a whole paragraph: `git log -p --word-diff` and `git diff --word-diff` show the words that changed.
- A line in a file is printed text, in force or not. "Effect:" in a message is what its document does to the status of
  others (stays, delays, ends, ...): `git log --grep='^Effect:'`. Ask `tracker law` for the legal status of a day.
"""


@dataclass(frozen=True, slots=True)
class GitExport:
    """The result: `new` commits were added; `rewritten`: stored documents that came later gave older commits another
    author, so that the branch no longer contains its former head (`former`)."""

    path: Path
    head: str
    commits: int
    new: int
    rewritten: bool
    former: str


def export_git(state: Path, folder: Path) -> GitExport:
    """Write the history to a folder that is new, empty, or an earlier export.

    Raises UsageError where the folder holds something else or nothing is stored, StoreError where git fails.
    """
    presence.required(state)
    git = _Git(folder)
    git.prepare()
    former = git.try_run("rev-parse", "--verify", "--quiet", f"refs/heads/{BRANCH}")
    store = Store(state)
    try:
        with store.read() as connection:
            texts = list(stored_states(connection))
            if not texts:
                raise UsageError(
                    f"{state}: no text of the eCFR is stored", cure="add a source of kind ecfr and poll"
                )
            git.import_commits(commits(texts, _cited(connection, texts), partial(_effects_of, connection)))
    finally:
        store.close()
    head = git.run("rev-parse", _NEW)
    rewritten = bool(former) and git.try_run("merge-base", former, head) != former
    git.ignore_editorial(head)
    git.run("update-ref", f"refs/heads/{BRANCH}", head)
    git.run("update-ref", "-d", _NEW)
    git.run("reset", "--quiet", "--hard", BRANCH)
    count = int(git.run("rev-list", "--count", head))
    new = int(git.run("rev-list", "--count", head, f"^{former}")) if former else count
    return GitExport(folder, head, count, new, rewritten, former)


def stored_states(connection: Connection) -> Iterator[list[TextState]]:
    """Yield the stored states of each part of the CFR, oldest first. A part that two sources store is read once."""
    sources = [
        str(row.source)
        for row in connection.execute(
            select(SNAPSHOT.c.source)
            .where(SNAPSHOT.c.role == str(ResourceType.ECFR_PART))
            .distinct()
            .order_by(SNAPSHOT.c.source)
        )
    ]
    known: set[str] = set()
    by_text: dict[str, list[int]] = {}
    for document_id, ordinal in versions.ordinals(connection, sources):
        by_text.setdefault(document_id, []).append(ordinal)
    for document_id, ordinals in by_text.items():
        states = list(_states(connection, document_id, ordinals))
        if states and states[0].part not in known:
            known.add(states[0].part)
            yield states


def _states(connection: Connection, document_id: str, ordinals: Iterable[int]) -> Iterator[TextState]:
    before: tuple[Document, TextState] | None = None
    for ordinal in ordinals:
        version = versions.get(connection, document_id, ordinal)
        assert version is not None
        fetched = snapshots.load(connection, version.snapshots)
        if fetched.role is not ResourceType.ECFR_PART:
            return
        document = parsing.read(fetched)
        as_of = state_day(connection, version)
        state = TextState(version.key, as_of, document.units, url=document.url)
        if before is not None:
            operations = compare(before[0], document)
            window = Window(before[1].as_of, as_of)
            rules = rules_for(connection, operations, window)
            joins = join_operations(operations, rules, window, amended_days(connection, version))
            state = TextState(version.key, as_of, document.units, operations, joins, document.url)
        yield state
        before = document, state


def _effects_of(connection: Connection, rule: Rule) -> list[str]:
    """What a document does to the status of others, in words, as far as the register holds it to be so."""
    return [
        effect_line(one, "en")
        for one in effects.of_change(connection, rule.change_id)
        if one.retracted_at is None and states_of(one.effect)
    ]


def _cited(connection: Connection, texts: Iterable[list[TextState]]) -> list[Rule]:
    """Return the stored documents that the citations in the first states may name: by a page of theirs, or by the day."""
    printed = {
        entry
        for states in texts
        for unit in states[0].units
        if unit.kind in CITED_KINDS
        for entry in printed_citations(unit.text)
    }
    return list(dict.fromkeys(cited_rules(connection, printed, {states[0].part for states in texts})))


class _Git:
    """Runs `git` in one folder, without any user's git settings."""

    def __init__(self, folder: Path) -> None:
        found = shutil.which("git")
        if found is None:
            raise UsageError("git is not installed", cure="install git, or put it on PATH")
        self._program = found
        self.folder = folder
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
        }

    def prepare(self) -> None:
        """Make the repository, or check that it is an earlier export without changes of anybody else's."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            empty = not any(self.folder.iterdir())
        except OSError as error:
            raise UsageError(f"{self.folder}: {error.strerror}", cure="name another folder") from error
        if empty:
            self.run("init", "--quiet", f"--initial-branch={BRANCH}")
            self.run("config", _MARK, "1")
            return
        if not (self.folder / ".git").is_dir() or self.try_run("config", "--local", _MARK) != "1":
            raise UsageError(
                f"{self.folder} is not empty, and no earlier export", cure="name a new or an empty folder"
            )
        if self.try_run("rev-parse", "--verify", "--quiet", "HEAD") and self.run("status", "--porcelain"):
            raise UsageError(
                f"{self.folder} has changes that are not committed", cure="commit or remove them"
            )
        if self.run("symbolic-ref", "--short", "HEAD") != BRANCH:
            raise UsageError(
                f"{self.folder}: another branch is checked out", cure=f"run `git checkout {BRANCH}` there"
            )

    def run(self, *arguments: str) -> str:
        """Return what git prints. Raises StoreError with its words where it fails."""
        done = subprocess.run(  # noqa: S603 - a fixed program, arguments of ours
            [self._program, *arguments],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise _failed(arguments[0], done.stderr)
        return done.stdout.decode("utf-8", "replace").strip()

    def try_run(self, *arguments: str) -> str:
        """Return what git prints; empty where it fails, which is its answer to "is there such a name?"."""
        done = subprocess.run(  # noqa: S603 - a fixed program, arguments of ours
            [self._program, *arguments],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            check=False,
        )
        return "" if done.returncode else done.stdout.decode("utf-8", "replace").strip()

    def ignore_editorial(self, head: str) -> None:
        """Have `git blame` pass over commits that change only typography, to the document of the line."""
        found = self.run("log", "--format=%H", f"--author=^{EDITORIAL} <", head)
        (self.folder / ".git" / "info").mkdir(exist_ok=True)
        (self.folder / _EDITORIAL_COMMITS).write_text(f"{found}\n", "utf-8")
        self.run("config", "blame.ignoreRevsFile", _EDITORIAL_COMMITS)

    def import_commits(self, found: Iterable[LawCommit]) -> None:
        """Write commits to a ref of their own; the branch is moved after the last one."""
        with subprocess.Popen(  # noqa: S603 - a fixed program, arguments of ours
            [self._program, "fast-import", "--quiet", "--force", "--date-format=raw"],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdin is not None
            assert process.stderr is not None
            try:
                for number, commit in enumerate(found):
                    process.stdin.write(_stream(commit, first=number == 0))
                process.stdin.close()
            except BrokenPipeError:
                pass  # git ended early: its error output has the reason
            words = process.stderr.read()
        if process.returncode:
            raise _failed("fast-import", words)


def _failed(what: str, words: bytes) -> StoreError:
    line = words.decode("utf-8", "replace").strip().partition("\n")[0]
    return StoreError(f"git {what} failed: {line}", cure="check free space and write permission")


def _stream(commit: LawCommit, *, first: bool) -> bytes:
    """Return a commit as `git fast-import` reads it."""
    seconds = int(reader_instant(commit.day, "UTC", _NOON).timestamp())
    out = [
        *([b"reset " + _NEW.encode() + b"\n\n"] if first else []),
        f"commit {_NEW}\nauthor {_person(*commit.author)} {seconds} +0000\n".encode(),
        f"committer {_COMMITTER} {seconds} +0000\n".encode(),
        _data(commit.message),
    ]
    files = {"README.md": _README, **commit.files} if first else commit.files
    for name, text in sorted(files.items()):
        if text is None:
            out.append(f"D {name}\n".encode())
        else:
            out += [f"M 100644 inline {name}\n".encode(), _data(text)]
    out.append(b"\n")
    return b"".join(out)


def _person(name: str, address: str) -> str:
    """Return a name as git writes one; brackets and line breaks, which end it, are left out."""
    clean = ["".join(mark for mark in words if mark not in "<>\n\0") for words in (name, address)]
    return f"{clean[0]} <{clean[1]}>"


def _data(text: str) -> bytes:
    body = text.encode("utf-8", "replace")
    return b"data %d\n" % len(body) + body + b"\n"
