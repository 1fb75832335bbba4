"""Decides whether the hyphen at the end of a line belongs to the word.

An author's hyphen does ("end-user", "BIS-748P", "foreign-direct product rule"); a typesetter's only breaks the
word ("semicon-ductor"). Evidence decides, strongest first: capitals and digits, the same word elsewhere in the
document, compounds of the field, words that often begin a compound, and the shape of English words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_TAIL = re.compile(r"([^\W_]+(?:-[^\W_]+)*)-\Z")
_HEAD = re.compile(r"[^\W_]+")
_VOWEL = re.compile(r"[aeiouy]")
# Compounds that trade regulations write with a hyphen.
_FIELD = frozenset(
    """end-use end-uses end-user end-users end-item end-items re-export re-exports re-exported re-exporter re-exporters re-exporting
re-exportation re-transfer re-transfers re-transferred re-enter re-entry foreign-direct foreign-produced foreign-made foreign-owned
foreign-origin in-country in-transit in-quota out-of-quota over-quota de-minimis dual-use multi-use cut-off carve-out
most-favored-nation cease-and-desist case-by-case back-up follow-up phase-in phase-out roll-back set-off start-up write-off
ad-valorem anti-dumping anti-boycott anti-circumvention counter-terrorism co-operation non-proliferation know-how look-back
on-site off-site on-line off-line one-time two-way up-to-date well-known so-called face-to-face day-to-day year-to-year
vice-president attorney-general decision-making policy-making law-making rule-making record-keeping fact-finding""".split()  # noqa: SIM905
)
# Words that begin compounds, and prefixes that keep their hyphen before a whole word.
_FIRSTS = frozenset(
    """end self cross high low long short full half part third second first fourth fifth single double triple one two three four five
six seven eight nine ten twenty thirty forty fifty sixty seventy eighty ninety non all well ill ex quasi foreign country state
government law item case cost risk time year month day hour user company industry export import license dual mass large small hard
soft early late open closed fast slow real near mid right left top bottom light heavy hand machine computer data value price market
trade tariff duty tax product customer supplier party mutual common public private military civil nuclear space air sea land water gas oil
steel metal carbon silicon radiation temperature pressure power energy field application mission security safety health human
animal plant food drug child age area world region city county province member non-u.s u.s""".split()  # noqa: SIM905
)
# Those that hardly ever begin a closed word: the part after the hyphen is a word, unless it looks like an
# ending.
_STRONG_FIRSTS = frozenset("high dual self half well four five full slow low".split())  # noqa: SIM905
_LONG_SECOND = 5  # letters
# Second parts of such compounds. A short first part may also begin a closed word: part-ner, ten-der.
_SECONDS = frozenset(
    """level term scale speed end ended made based owned produced origin free wide time year month day hour party country related specific
controlled listed approved sized sale side way half third quarter hand line site capacity performance resolution volume power value
risk quality use user item exempt resident compliance proliferation member government profit degree point step stage phase digit ply
dimensional purpose known defined established governed insured certified employed contained evident executing imposed help party
product direct license export import transfer market state person entity eligible cooperation conforming recurring sensitive""".split()  # noqa: SIM905
)
# Syllables that begin closed words; after them a hyphen is the typesetter's unless other evidence speaks
# against it.
_SYLLABLES = frozenset(
    """a ac ad af al an ap as at be bi com con cor de di dis ef em en ex for im in inter ir mis ob of on op over per pre pro re sub suc suf
sup sur trans un under up with man car par port per pen act age art bar cap ever fore here there where what who how""".split()  # noqa: SIM905
)
# Closed compounds: both parts are words, but the whole is written without a hyphen.
_ONE_WORD = frozenset(
    """background become before behalf below beside between beyond breakdown cannot database deadline download elsewhere everything
everyone everyday feedback firmware foreword forthcoming foregoing framework furthermore guideline guidelines handbook hardware
hereafter hereby herein hereinafter heretofore hereunder highlight highway however income inland input inside instead into
itself keyboard landmark landfill lifetime meantime meanwhile moreover nationwide network networks nevertheless nonetheless nothing
notwithstanding offset ongoing online otherwise outcome outline outlook output outside outstanding overall overcome overhead overlap overseas
oversee oversight overview ownership partnership password payroll percent percentage policymaker policymakers postpone railroad
seaport shareholder shareholders shipyard shortfall showdown software someone something sometimes somewhat spacecraft stakeholder
stakeholders standpoint statewide stockpile stronghold subject subpart taxpayer themselves therefore therein thereof thereto
thereby thereafter thereunder threshold throughout timeline timetable today together tomorrow towards trademark undergo underlying
undertake undertaking undertaken underway understand understanding update upgrade upon upstream downstream aircraft airline
airport airworthiness waterway warehouse wavelength weekday whatever whenever whereas whereby wherein wherever whether whichever
whoever wholesale withdraw withdrawal withdrawn withhold withholding within without workforce workload workplace workshop worldwide
manufacture manufacturer manufacturing manpower management""".split()  # noqa: SIM905
)
# The shape of a syllable at the end of a word: no word begins like this, or no word consists of it.
_ENDING = re.compile(
    r"(?:t|s|c)ions?|(?:t|s|c)ional\w*|ings?|ments?|ness|able|ible|i?bil?ity|ities|ity|ances?|ences?|ally|ical\w*|or(?:y|ies)|ar(?:y|ies)|ives?|"
    r"ively|ures?|tures?|ously?|ous|ers?|ors?|ed|ly|al|als|ist|ists|ism|iz\w+|fy|fi(?:ed|es|cation\w*)|cial\w*|tial\w*|ency|ancy|ations?|lings?|ians?|"
    r"tor|tors|tory|tive\w*|sive\w*|dence|gence|tain\w*|tech\w{0,2}|ware|ship|wise|ward\w?|tics?|ate\w?|ating|ated|gate\w*|lar|ple|ble|tle"
)


@dataclass(slots=True)
class SeenWords:
    """The words within the lines of a document, which no line end breaks, with the count of each."""

    whole: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, lines: Iterable[str]) -> SeenWords:
        found: Counter[str] = Counter()
        broken = False
        for line in lines:
            text = line.strip()
            if not text:
                continue
            words = _WORD.findall(text.lower())
            if broken and words and text[0].isalpha():
                words = words[1:]  # the rest of a broken word is none
            broken = text.endswith("-")
            if broken and words:
                words = words[:-1]
            found.update(words)
        return cls(found)


def belongs(before: str, after: str, words: SeenWords, *, doubt: bool = False) -> bool:
    """Return whether the hyphen at the end of `before`, continued by `after` on the next line, belongs to the
    word. `doubt` is the answer without evidence.
    """
    tail, head = _TAIL.search(before), _HEAD.match(after)
    if tail is None or head is None:
        return True
    first, second = tail[1], head.group()
    last = first.rpartition("-")[2]
    if any(character.isdigit() for character in last + second):
        return True
    shouted = len(last) > 1 and last.isupper() and len(second) > 1 and second.isupper()
    if not shouted and (second[0].isupper() or (len(last) > 1 and last.isupper())):
        return True
    return _in_letters(first.lower(), last.lower(), second.lower(), after[head.end() :].lower(), words, doubt)


def _in_letters(first: str, last: str, second: str, rest: str, words: SeenWords, doubt: bool) -> bool:
    kept, joined = f"{last}-{second}", f"{last}{second}"
    counts = words.whole
    with_hyphen = counts[kept] + (counts[f"{first}-{second}"] if first != last else 0)
    if with_hyphen != counts[joined]:
        return with_hyphen > counts[joined]
    if (
        f"{kept}{_more(rest)}" in _FIELD
        or kept in _FIELD
        or any(name.startswith(f"{kept}-") for name in _FIELD)
    ):
        return True
    if joined in _ONE_WORD or _ENDING.fullmatch(second):
        return False
    if len(second) < 3 or not _VOWEL.search(second) or not _VOWEL.search(last):
        return False
    if last in _FIRSTS and (len(last) > 4 or second in _SECONDS or counts[second] > 0):
        return True
    if last in _STRONG_FIRSTS and len(second) >= _LONG_SECOND and second[0] not in "aeiou":
        return True
    if last in _SYLLABLES:
        return doubt
    if first != last:  # most-favored-nation: a part with a hyphen has another one
        return True
    if len(last) >= 4 and counts[last] and counts[second]:
        return True
    return doubt


def _more(rest: str) -> str:
    found = re.match(r"(?:-[a-z]+)+", rest)
    return found.group() if found else ""
