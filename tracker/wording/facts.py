"""What the words need to know about the document that an act was read in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.countries import countries_in
from tracker.model import Document, DocumentKind, LegalDate, UnitKind
from tracker.terms import goods_of, names_action, phrase_ja


class ReadState(StrEnum):
    """Why no act could be read in a document."""

    NO_TEXT = "no-text"  # only the title, or an abstract, was there
    NO_ACT = "no-act"  # the whole text was read, and no act was found in it


_KEYWORDS = 4
_SITE = re.compile(r"\s+[–—|]\s+(?:The White House|Bureau of Industry and Security|Federal Register)\s*\Z")


def plain_title(title: str) -> str:
    """A title in one line, without the name of the site that stands after it."""
    return _SITE.sub("", " ".join(title.split()))


def title_ja(title: str) -> str:
    """A title in Japanese, in words of ours; empty where a word of it is not in the dictionary."""
    return phrase_ja(plain_title(title))


def title_says_act(title: str) -> bool:
    """Whether a title says what is done, and can be translated."""
    return bool(title_ja(title)) and names_action(plain_title(title))


def title_keywords(title: str) -> str:
    """Countries and goods that a title names, in Japanese: a reader's hint beside an English title."""
    plain = plain_title(title)
    goods = goods_of(plain)
    names = [country.ja for country in countries_in(plain)] + ([] if goods.generic else list(goods.names))
    return "・".join(dict.fromkeys(names[:_KEYWORDS]))


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """The facts of a document. Each may be empty. `japan_parties` are the listed parties that are located in Japan."""

    kind: DocumentKind | None = None
    title: str = ""
    agencies: tuple[str, ...] = ()
    action: str = ""
    comments_close: date | None = None
    japan_parties: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()  # ids, the surest first
    dates: tuple[LegalDate, ...] = ()  # as read from the text; superseded ones are left out

    @classmethod
    def of(
        cls,
        document: Document,
        *,
        japan_parties: tuple[str, ...] = (),
        topics: tuple[str, ...] = (),
        dates: Sequence[LegalDate] = (),
    ) -> DocumentFacts:
        """The facts of a document. Its list rows under Japan are the parties located there."""
        rows = (unit.path.split(" › ") for unit in document.units if unit.kind is UnitKind.ROW)
        listed = [steps[-1] for steps in rows if len(steps) > 2 and steps[-2].casefold() == "japan"]
        return cls(
            kind=document.kind,
            title=document.title,
            agencies=document.agencies,
            action=document.action,
            comments_close=document.comments_close_on,
            dates=tuple(each for each in dates if not each.superseded),
            japan_parties=(*japan_parties, *listed),
            topics=topics,
        )
