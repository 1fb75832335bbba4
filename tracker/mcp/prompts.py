"""The prompts of the server, each in Japanese and in English."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import lru_cache, partial
from importlib.resources import files
from typing import Any

from mcp.server.mcpserver.prompts.base import Prompt, PromptArgument

from tracker.sanitize import sanitize_line

LANGUAGES = ("en", "ja")
_LONGEST = 400  # characters of an argument


@lru_cache(maxsize=1)
def texts() -> dict[str, Any]:
    return tomllib.loads((files(__package__ or "tracker.mcp") / "prompts.toml").read_text("utf-8"))


def prompts() -> list[Prompt]:
    """Return every prompt in every language; the language ends the name."""
    return [
        Prompt(
            name=f"{name}-{language}",
            title=one[language]["title"],
            description=one[language]["description"],
            arguments=[
                PromptArgument(name=argument, description=one[language]["argument"][argument], required=True)
                for argument in one["arguments"]
            ],
            fn=_filled(one[language]["text"].strip()),
            context_kwarg=None,
        )
        for name, one in texts().items()
        for language in LANGUAGES
    ]


def _filled(text: str) -> Callable[..., str]:
    return partial(_fill, text)


def _fill(text: str, **arguments: str) -> str:
    return text.format_map({name: sanitize_line(value)[:_LONGEST] for name, value in arguments.items()})
