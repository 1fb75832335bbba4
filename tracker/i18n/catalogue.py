"""Every word of ours that people read, in Japanese and English; the one home of labels.

Keys are flat: `level.critical`, `direction.relief`, `topic.fdpr`, `status.stayed`, `date.effective`,
`kind.rule`, and those of the outlets (`message.`, `health.`, ...). Official words are never
translated here: they are quoted as they stand.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from tracker.model import Language


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """All entries of one language."""
    text = resources.files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return {key: str(value) for key, value in tomllib.loads(text).items()}


def t(key: str, language: Language, **values: object) -> str:
    """The entry with its placeholders filled. Raises KeyError for a key or placeholder that is not
    there: a mistake in the code, which the catalogue tests find. Values are never read as patterns."""
    return catalogue(language)[key].format_map(values)


def label(group: str, name: str, language: Language) -> str:
    """What people read for an id: `label("topic", "fdpr", "ja")`. An id that the catalogue does not
    know (a topic of the firm's own rules file) is shown as it is, without what cannot be printed."""
    known = catalogue(language).get(f"{group}.{name}")
    return "".join(filter(str.isprintable, name)) if known is None else known
