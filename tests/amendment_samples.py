"""Rules in the shapes of the Register, made of instructions that a test writes."""

from lxml import etree

from tracker.amendments.actions import Action, AmendatoryRule
from tracker.amendments.reader import read_rule


def rule(*regtexts: str, dates: str = "", part: str = "744", title: str = "15") -> AmendatoryRule:
    body = "".join(f'<REGTEXT TITLE="{title}" PART="{part}">{text}</REGTEXT>' for text in regtexts)
    xml = (
        f"<RULE><PREAMB><EFFDATE><HD>DATES:</HD><P>{dates}</P></EFFDATE></PREAMB>{body}"
        "<FRDOC>[FR Doc. 2026-12345 Filed 9-29-26; 8:45 am]</FRDOC></RULE>"
    )
    return read_rule(etree.fromstring(xml))


def amdpars(*instructions: str) -> str:
    return "".join(f"<AMDPAR>{text}</AMDPAR>" for text in instructions)


def actions(*instructions: str, part: str = "744", title: str = "15") -> list[Action]:
    found = rule(amdpars(*instructions), part=part, title=title)
    problems = [one.problem for one in found.instructions if one.problem]
    assert problems == []
    return [action for one in found.instructions for action in one.actions]


def brief(found: list[Action]) -> list[str]:
    out = []
    for action in found:
        line = f"{action.verb.value} {action.target.path}"
        if action.moved_to:
            line += f" as {action.moved_to.path}"
        if action.words:
            line += f": {action.words.old} → {action.words.new}"
        out.append(line)
    return out
