"""Names of business partners made by a seed: listed ones as people write them, and others that no list has. Written before the
matcher of `tracker.screening`, so that its figures are not of its own making.

A planted name is a listed name or alias in one or two of these ways: word order, initials, typing errors, another
transliteration, a legal form left out or another one, punctuation, diacritics, capitals, abbreviations, words joined or parted.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Spelling = Callable[[random.Random, str], str]


@dataclass(frozen=True, slots=True)
class PartnerName:
    """A name of the file; `of` is the listed name that it stands for, empty where it is nobody listed."""

    name: str
    of: str
    ways: tuple[str, ...] = ()


def planted(listed: Sequence[str], number: int, seed: int) -> list[PartnerName]:
    """Half of the names are listed ones, the other half invented, in mixed order."""
    source = random.Random(seed)
    usable = sorted({name for name in listed if _is_usable(name)})
    known = {_letters(name) for name in listed}
    made = [_spelled(source, name) for name in source.sample(usable, number // 2)]
    while len(made) < number:
        name = _invented(source)
        if _letters(name) not in known:
            made.append(PartnerName(name, ""))
    source.shuffle(made)
    return made


def _is_usable(name: str) -> bool:
    """A vessel's single word or an abbreviation of three letters names many; partners have longer names."""
    return len(_letters(name)) >= 9 and len(re.findall(r"\w{2,}", name)) >= 2 and name.isprintable()


def _letters(name: str) -> str:
    return re.sub(r"\W", "", name).casefold()


def _spelled(source: random.Random, name: str) -> PartnerName:
    for _ in range(20):
        ways = source.sample(sorted(WAYS), source.choice((1, 1, 2)))
        made = name
        for way in ways:
            made = " ".join(WAYS[way](source, made).split())
        if made != name and len(_letters(made)) >= 5:
            return PartnerName(made, name, tuple(ways))
    return PartnerName(name.upper(), name, ("capitals",))


def _typing_error(source: random.Random, name: str) -> str:
    """One error, in a name of more than 16 letters two, anywhere but in a word of three letters."""
    for _ in range(1 if len(_letters(name)) <= 16 else 2):
        places = [
            at for word in re.finditer(r"[^\W\d_]{4,}", name) for at in range(word.start(), word.end() - 1)
        ]
        if not places:
            return name
        at = source.choice(places)
        letter = source.choice("abcdefghijklmnopqrstuvwxyz")
        name = source.choice(
            (
                name[:at] + name[at + 1 :],
                name[:at] + letter + name[at:],
                name[:at] + letter + name[at + 1 :],
                name[:at] + name[at + 1] + name[at] + name[at + 2 :],
            )
        )
    return name


def _word_order(source: random.Random, name: str) -> str:
    if "," in name and not _FORM.search(name):
        first, _, second = name.partition(",")
        return f"{second.strip()} {first.strip()}"
    words = name.split()
    at = source.randrange(1, len(words)) if len(words) > 1 else 0
    return " ".join(words[at:] + words[:at]) if len(words) < 4 else " ".join([words[1], words[0], *words[2:]])


def _initials(source: random.Random, name: str) -> str:
    """A person's middle name, or a word of a long name, as its initial."""
    words = name.replace(",", " ").split()
    if len(words) < 3:
        return name
    at = source.randrange(1, len(words) - 1)
    words[at] = words[at][0] + source.choice((".", ""))
    return " ".join(words)


_SOUNDS = (
    ("kh", "h"), ("ts", "tz"), ("zh", "j"), ("ph", "f"), ("ya", "ia"), ("yu", "iu"), ("ov", "off"), ("ck", "k"), ("ou", "u"),
    ("oo", "u"), ("ee", "i"), ("iy", "y"), ("ey", "ei"), ("dj", "j"), ("q", "k"), ("x", "ks"), ("sch", "sh"), ("ei", "ey"),
    ("'", ""), ("al-", "al "), ("aa", "a"), ("ks", "x"), ("hs", "x"),
)  # fmt: skip


def _transliteration(source: random.Random, name: str) -> str:
    fitting = [pair for pair in _SOUNDS if pair[0] in name.lower()]
    if not fitting:
        return name
    old, new = source.choice(fitting)
    return re.sub(re.escape(old), new, name, count=1, flags=re.IGNORECASE)


_FORM = re.compile(
    r",?\s*\b(?:Co\.?,?\s*(?:Ltd|Limited)|Company Limited|Limited Liability Company|Joint Stock Company|Company|Corporation|Corp|Limited|Ltd|Inc|"
    r"LLC|L\.L\.C|GmbH|JSC|OJSC|PJSC|OOO|AO|FZE|FZC|FZCO|Pte|Sdn\.? Bhd|S\.A\.?(?: de C\.V\.?)?|B\.V|Pvt)\b\.?",
    re.IGNORECASE,
)
_FORMS = ("Co., Ltd.", "Company Limited", "Ltd", "LLC", "Corporation", "Inc.", "K.K.")


def _legal_form(source: random.Random, name: str) -> str:
    bare = _FORM.sub("", name).strip(" ,.-")
    if len(_letters(bare)) < 6:
        return name
    return bare if source.random() < 0.6 else f"{bare} {source.choice(_FORMS)}"


def _punctuation(source: random.Random, name: str) -> str:
    return re.sub(r"[.,;'\"()]", "", name).replace("-", source.choice(("", " ")))


_MARKED = {"a": "á", "e": "é", "o": "ö", "u": "ü", "i": "í", "c": "ç", "n": "ñ", "s": "ş"}


def _diacritics(source: random.Random, name: str) -> str:
    places = [at for at, letter in enumerate(name) if letter in _MARKED]
    for at in source.sample(places, min(2, len(places))):
        name = name[:at] + _MARKED[name[at]] + name[at + 1 :]
    return name


_SHORT = (
    ("Technology", "Tech"), ("Technologies", "Tech"), ("International", "Int'l"), ("Electronics", "Elec."), ("Electronic", "Elec."),
    ("Institute", "Inst."), ("University", "Univ."), ("Research", "Res."), ("Science", "Sci."), ("Manufacturing", "Mfg."),
    ("Engineering", "Eng."), ("Development", "Dev."), ("Industry", "Ind."), ("Industries", "Ind."), ("Trading", "Trdg"),
    ("Company", "Co"), ("Limited", "Ltd"), ("and", "&"), ("Corporation", "Corp."), ("Equipment", "Equip."),
)  # fmt: skip


def _abbreviation(source: random.Random, name: str) -> str:
    fitting = [pair for pair in _SHORT if re.search(rf"\b{pair[0]}\b", name, re.IGNORECASE)]
    if not fitting:
        return name
    long, short = source.choice(fitting)
    return re.sub(rf"\b{long}\b", short, name, count=1, flags=re.IGNORECASE)


def _joined(source: random.Random, name: str) -> str:
    words = name.split()
    pairs = [at for at in range(len(words) - 1) if words[at].isalpha() and words[at + 1].isalpha()]
    if not pairs:
        return name
    at = source.choice(pairs)
    return " ".join([*words[:at], words[at] + words[at + 1].lower(), *words[at + 2 :]])


def _capitals(source: random.Random, name: str) -> str:
    return source.choice((str.upper, str.lower, str.title))(name)


WAYS: dict[str, Spelling] = {
    "typing error": _typing_error,
    "word order": _word_order,
    "initials": _initials,
    "transliteration": _transliteration,
    "legal form": _legal_form,
    "punctuation": _punctuation,
    "diacritics": _diacritics,
    "abbreviation": _abbreviation,
    "joined words": _joined,
    "capitals": _capitals,
}

_SYLLABLES = ["ka", "ki", "ku", "ke", "ko", "sa", "shi", "su", "se", "so", "ta", "chi", "tsu", "te", "to", "na", "ni", "nu", "ne", "no", "ha", "hi", "fu", "he", "ho", "ma", "mi", "mu", "me", "mo", "ya", "yu", "yo", "ra", "ri", "ru", "re", "ro", "wa", "bel", "dor", "fen", "gar", "hul", "jor", "kel", "lum", "mor", "nor", "pel", "quin", "ras", "sel", "tor", "ul", "vel", "wen", "zor", "bran", "cor"]  # fmt: skip
_PLACES = ["Osaka", "Tokyo", "Nagoya", "Kyoto", "Shanghai", "Beijing", "Shenzhen", "Wuhan", "Moscow", "Dubai", "Istanbul", "Hamburg", "Milano", "Seoul", "Taipei", "Singapore", "Hong", "Penang", "Mumbai", "Lyon"]  # fmt: skip
_TRADES = ["Seimitsu Kogyo", "Precision", "Electronics", "Semiconductor", "Vacuum Technology", "International Trading", "Machinery", "Chemical Industries", "Instruments", "Microelectronics Technology", "Aviation Parts", "Logistics", "Import Export", "Research Institute", "Optical", "Materials Science", "Industrial Equipment", "Information Technology", "Shipping", "Engineering"]  # fmt: skip
_ENDINGS = ("Co., Ltd.", "Ltd.", "LLC", "GmbH", "Inc.", "S.p.A.", "Pte. Ltd.", "Corporation", "JSC", "")
_GIVEN = [
    "Kenji",
    "Hiroshi",
    "Anna",
    "Peter",
    "Maria",
    "Wei",
    "Min",
    "Olga",
    "Ivan",
    "Ali",
    "Hassan",
    "Fatima",
    "Jose",
    "Carlos",
    "Lucia",
    "Thomas",
]


def _invented(source: random.Random) -> str:
    """A firm or a person that does not exist: the own name is made of syllables, the other words are common ones."""
    own = "".join(source.choices(_SYLLABLES, k=source.choice((2, 3, 3, 4)))).title()
    kind = source.random()
    if kind < 0.15:
        return f"{source.choice(_GIVEN)} {own}"
    if kind < 0.55:
        return f"{source.choice(_PLACES)} {own} {source.choice(_TRADES)} {source.choice(_ENDINGS)}".strip()
    return f"{own} {source.choice(_TRADES)} {source.choice(_ENDINGS)}".strip()
