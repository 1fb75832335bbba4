"""Where words stood, said in both languages: `instruction 2` is 改正指示2, the country of a list 日本.

Citations stay as they are printed; what is not part of a citation is named for the reader.
"""

from __future__ import annotations

import re

from tracker.model import Bilingual, Language
from tracker.tag.dates import DELAYED
from tracker.tag.places import places

_STEP = " › "
_INSTRUCTION = re.compile(r"instruction (?P<number>\S.*)")
_NAMES = {
    "title": ("表題", "title"),
    "abstract": ("要旨", "abstract"),
    "action": ("措置欄", "ACTION"),
    "dates": ("日付欄", "DATES"),
    "agencies": ("発出機関", "issuing agencies"),
    "address": ("掲載元", "publisher's address"),
    "effective date note": ("効力に関する注記", "Effective Date Note"),
    "editorial note": ("編集上の注記", "Editorial Note"),
    "history": ("出典表示", "History"),
    "authority": ("権限規定", "Authority"),
    "introductory text": ("柱書", "introductory text"),
    DELAYED: ("延期後", "as delayed"),
}


def where_label(where: str) -> Bilingual:
    """The name of a place in a document: of an `Evidence.where`, a unit's path or a `LegalDate.note`."""
    return Bilingual(ja=_said(where, "ja"), en=_said(where, "en"))


def _said(where: str, language: Language) -> str:
    prefix, gone, path = where.partition("removed: ")
    if gone and not prefix:
        said = _said(path, language)
        return f"削除された文言: {said}" if language == "ja" else f"removed: {said}"
    return _STEP.join(_step(step, language) for step in where.split(_STEP))


def _step(step: str, language: Language) -> str:
    own, paragraph, number = step.partition(" ¶")
    if named := _NAMES.get(own.lower()):
        return named[language != "ja"] + paragraph + number
    if language == "ja":
        if match := _INSTRUCTION.fullmatch(step):
            return f"改正指示{match['number']}"
        # A list's countries are its headings in capitals: "CHINA, PEOPLE'S REPUBLIC OF".
        if step.isupper() and (found := places(step)):
            return found[0].ja
    return step
