"""Names locations in documents in both languages: `instruction 2` is 改正指示2, the country of a list 日本.

Citations stay as they are printed; what is not part of a citation is named for the reader.
"""

from __future__ import annotations

from tracker.countries import countries_in
from tracker.i18n import label, t
from tracker.locations import is_removed, printed_instructions, unit_path
from tracker.model import Language, LocalizedText

_STEP = " › "


def where_label(where: str) -> LocalizedText:
    """The name of a place in a document: of an `Evidence.where`, a unit's path or a `LegalDate.note`."""
    return LocalizedText(ja=_said(where, "ja"), en=_said(where, "en"))


def _said(where: str, language: Language) -> str:
    if is_removed(where):
        return t("place.removed", language, path=_said(unit_path(where), language))
    return _STEP.join(_step(step, language) for step in where.split(_STEP))


def _step(step: str, language: Language) -> str:
    own, paragraph, number = step.partition(" ¶")
    name = own.lower().replace(" ", "-")
    if (said := label("where", name, language)) != name:
        return said + paragraph + number
    if numbers := printed_instructions(step):
        return t("place.instruction", language, number=numbers)
    # A list's countries are its headings in capitals: "CHINA, PEOPLE'S REPUBLIC OF".
    if language == "ja" and step.isupper() and (found := countries_in(step)):
        return found[0].ja
    return step
