"""The command that measures the rules on labeled examples, such as reviewers' corrections."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.app import as_json as json_option
from tracker.cli.app import command, language_of, preferences, print_json
from tracker.cli.app import lang as lang_option
from tracker.errors import TrackerError, UsageError

if TYPE_CHECKING:
    from tracker.documents.labeled_examples import Label


@command("eval")
@click.option(
    "--labels",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="Labeled examples: a table with tabs, as corrections are exported.",
)
@lang_option
@json_option
def evaluate(config: Path, state: Path, labels: Path, lang: str, as_json: bool) -> None:
    """Measures the current rules on labeled examples of this state: topics, level, direction and Japan nexus."""
    from tracker.classification import RULES_VERSION
    from tracker.documents.labeled_examples import Score, answer_of
    from tracker.i18n import t
    from tracker.ingest import reassess
    from tracker.rendering.label_scores import MissedExample, score_page
    from tracker.storage.database import Store
    from tracker.storage.presence import required

    language = language_of(lang, preferences(config).language)
    examples = _examples(labels)
    required(state)
    store, score = Store(state), Score()
    missed: list[MissedExample] = []
    unread: list[tuple[str, str]] = []
    try:
        with store.read() as connection:
            for example in examples:
                name = example.record or example.number
                change = reassess.stored(connection, example.record, example.number)
                if change is None:
                    unread.append((name, t("eval.absent", language)))
                    continue
                try:
                    found = reassess.judged_again(connection, change)
                except TrackerError as error:
                    unread.append((name, error.line()))
                    continue
                misses = tuple(score.take(example, answer_of(found)))
                if misses:
                    missed.append(MissedExample(change.id, change.title, misses))
    finally:
        store.close()
    if not as_json:
        print(score_page(score, missed, unread, RULES_VERSION, language))
        return
    print_json(
        {
            "rules": RULES_VERSION,
            "examples": len(examples),
            "judged": score.documents,
            "figures": {name: {"right": part, "of": whole} for name, (part, whole) in score.counts().items()},
            "japan_nexus_false": score.nexus_wrong,
            "misses": [
                {
                    "record": example.record,
                    "title": example.title,
                    "kind": miss.kind.value,
                    "said": list(miss.said),
                    "wanted": list(miss.wanted),
                }
                for example in missed
                for miss in example.misses
            ],
            "not_judged": [{"record": name, "why": why} for name, why in unread],
        }
    )


def _examples(path: Path) -> list[Label]:
    """Return the examples in a file. Raises UsageError, with the line, for an invalid one."""
    from tracker.documents.labeled_examples import labels_in

    try:
        return labels_in(path.read_text("utf-8-sig").splitlines())
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeError as error:
        raise UsageError(f"{path}: cannot be read: it is not UTF-8") from error
    except ValueError as error:
        raise UsageError(f"{path}: {error}", cure="see `tracker eval` in docs/commands.md") from error
