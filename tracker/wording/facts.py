"""What the words need to know about the document that an act was read in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.model import Document, DocumentKind


class ReadState(StrEnum):
    """Why no act could be read in a document."""

    NO_TEXT = "no-text"  # only the title, or an abstract, was there
    NO_ACT = "no-act"  # the whole text was read, and no act was found in it


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """The facts of a document. Each may be empty. `japan_parties` are the listed parties that are located in Japan."""

    kind: DocumentKind | None = None
    title: str = ""
    agencies: tuple[str, ...] = ()
    action: str = ""
    comments_close: date | None = None
    japan_parties: tuple[str, ...] = ()

    @classmethod
    def of(cls, document: Document, *, japan_parties: tuple[str, ...] = ()) -> DocumentFacts:
        return cls(
            kind=document.kind,
            title=document.title,
            agencies=document.agencies,
            action=document.action,
            comments_close=document.comments_close_on,
            japan_parties=japan_parties,
        )
