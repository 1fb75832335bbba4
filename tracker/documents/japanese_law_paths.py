"""Paths of units of Japanese law, in the forms in which people write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from tracker.text import fold_space
from tracker.text.kanji_numbers import kanji_number

_STEP = " › "
_KANJI = "〇一二三四五六七八九十百千"
_NAME = re.compile(
    r"\A[\u3041-\u30ff\u3400-\u9fff々ー・]{2,80}?(?:法|令|規則|規程)(?= › |第\s*[0-9０-９〇一二三四五六七八九十百千]|別表|附則|別記|\Z)"
)
_NUMBER = re.compile(
    r"(?<=第)\s*([0-9]{1,4})\s*(?=条|項|号|章|節|款|目|編)|(?<=の)([0-9]{1,3})(?=\Z|[第のイロハニホヘト（])|(?<=別表第)([0-9]{1,3})|\b([0-9]{1,3})(?=の項)"
)
_TABLE = re.compile(
    rf"(別表(?:第[{_KANJI}]+(?:の[{_KANJI}]+)*)?)(?: › |の)([{_KANJI}]+(?:の[{_KANJI}]+)*の項)"
)
_LAST = re.compile(
    rf"(?<=.)(?:第[{_KANJI}]+[項号](?:の[{_KANJI}]+)*|[イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマ]|（[^（）]+）)\Z"
)

_COUNTED = rf"[{_KANJI}]+(?:の[{_KANJI}]+)*"
_SECTION = re.compile(
    rf"第[{_KANJI}]+条(?:の[{_KANJI}]+)*(?:から第[{_KANJI}]+条(?:の[{_KANJI}]+)*まで)?|附則(?:（[^）]*）)?|(?:別表|別記|様式)[^›（]*?(?= › |（|\Z)|[^›]+"
)
_LEVEL = re.compile(
    rf"第{_COUNTED}[条項]|第[{_KANJI}]+号(?:の[{_KANJI}]+)*|{_COUNTED}の項|備考|表|[イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマ](?![一-鿿])|（[^）]*）|¶\d+|\d+行"
)


def is_japanese_law(path: str) -> bool:
    """Whether a path names a law of Japan or a unit of one, by its form: `外国為替令 › 第十七条`, `輸出令別表第1の2の項(3)`."""
    return not path.isascii() and bool(_NAME.match(fold_space(path)))


def japanese_path(path: str, names: Mapping[str, str]) -> str:
    """Return a path as the parser writes it; empty where it begins with none of `names`, which give for each name or
    abbreviation of a law the name that its paths begin with.
    """
    path = fold_space(path)
    name = max((one for one in names if path.startswith(one)), key=len, default="")
    if not name:
        return ""
    rest = path[len(name) :].removeprefix(_STEP).strip()
    if not rest:
        return names[name]
    return f"{names[name]}{_STEP}{_as_written(rest)}"


def _as_written(rest: str) -> str:
    """Return the part below a law with numbers in kanji and the row of a table below it. A number in parentheses is in kanji below a
    row, `二の項（三）`, and stays as it is below `イ`, `イ（１）`.
    """
    digits = "".join(
        unicodedata.normalize("NFKC", sign) if "０" <= sign <= "９" else sign
        for sign in rest.replace("(", "（").replace(")", "）")
    )
    digits = _NUMBER.sub(lambda found: kanji_number(int(next(filter(None, found.groups())))), digits)
    digits = re.sub(r"(?<=の)[0-9]{1,3}(?=の項)", lambda found: kanji_number(int(found.group())), digits)
    written = _TABLE.sub(rf"\1{_STEP}\2", digits)
    return re.sub(r"(?<=の項)（([0-9]{1,3}(?:の[0-9]{1,3})*)）", _in_parentheses, written)


def _in_parentheses(found: re.Match[str]) -> str:
    parts = [kanji_number(int(one)) for one in found[1].split("の")]
    return f"（{'の'.join(parts)}）"


def parent(path: str) -> str:
    """Return the path of the unit that contains a unit of Japanese law; empty for the law itself."""
    head, step, last = path.rpartition(_STEP)
    if not step:
        return ""
    shorter = _LAST.sub("", last)
    return f"{head}{_STEP}{shorter}" if shorter != last else head


def canonical(path: str) -> str:
    """Return a path that begins with the name of a law as the parser writes it; any other path as it is."""
    path = fold_space(path)
    found = _NAME.match(path)
    return japanese_path(path, {found.group(): found.group()}) if found else path


def names_of(laws: Iterable[tuple[str, str, Iterable[str]]]) -> dict[str, str]:
    """Return the names of laws for `japanese_path`; a name that two laws have names neither. Each law is (name of its paths, title,
    abbreviations)."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name, title, others in laws:
        for one in {name, title, *others} - {""}:
            if found.setdefault(one, name) != name:
                taken.add(one)
    return {one: name for one, name in found.items() if one not in taken}


def section_of(path: str) -> tuple[str, str]:
    """Return the article, table or supplementary provision of a unit of Japanese law, and the rest of its path: `輸出令 › 第一条` and
    `第二項第一号`.
    """
    law, step, rest = path.partition(_STEP)
    found = _SECTION.match(rest)
    if not step or found is None:
        return path, ""
    return f"{law}{_STEP}{found.group()}", rest[found.end() :].removeprefix(_STEP)


def level_of(path: str) -> int:
    """Return how deep a unit is below its article, table or supplementary provision: 1 for a 項 or row, 2 for a 号."""
    return len(_LEVEL.findall(section_of(path)[1]))
