"""Changes the authority citation of a part or subpart: the words that an instruction names, or the whole citation as
it is set out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from xml.sax.saxutils import escape

from tracker.amendments.actions import Action, Portion, SetOutLine, StepKind, Verb
from tracker.amendments.base import Block, Division
from tracker.amendments.chunks import Chunk, Fragment, NotComputedError
from tracker.amendments.inline import inline, same_key
from tracker.amendments.locate import Workspace, check_part, find_divisions
from tracker.amendments.markup import MarkupError, element_of, inner_markup, to_ascii
from tracker.amendments.missing_text import no_text
from tracker.amendments.site import Change
from tracker.amendments.word_edits import replaced

_REVISIONS = frozenset({Verb.REVISE, Verb.REVISE_AND_REPUBLISH, Verb.CORRECT})
_TEXT = re.compile(
    r"(?P<open><(?P<tag>PSPACE|P)\b[^>]*>)(?P<text>.*?)(?P<space>\s*)(?P<close></(?P=tag)>)", re.DOTALL
)
_LABEL = re.compile(r"\s*(?:<[^>]*>)?\s*Authority:\s*(?:</[^>]*>)?\s*", re.IGNORECASE)


def is_authority(action: Action) -> bool:
    """Return whether an action is for an authority citation or a source note."""
    return action.target.portion in (Portion.AUTHORITY, Portion.SOURCE)


def apply_authority(workspace: Workspace, action: Action) -> tuple[Division, Sequence[Change]]:
    """Change the workspace by one action for an authority citation. Raises NotComputedError; then it is as before."""
    if action.target.portion is Portion.SOURCE:
        raise NotComputedError("the change of a source note is not computed", "source-note")
    if any(step.kind is not StepKind.SUBPART for step in action.target.steps):
        raise NotComputedError(
            "the authority citation of a section or appendix is not computed", "authority-of-section"
        )
    target = replace(action.target, portion=Portion.WHOLE)
    check_part(workspace.base, target)
    divisions = find_divisions(workspace.base, target)
    division = divisions[0] if len(divisions) == 1 else None
    found = [block for block in division.blocks() if block.tag == "AUTH"] if division is not None else []
    if division is None or not found:
        # A base of sections has none, so that this is no defect of the rule.
        raise NotComputedError("the base does not hold the authority citation", "authority-not-in-base")
    if len(found) > 1:
        raise NotComputedError(f"the base has {len(found)} authority citations there", "target-ambiguous")
    (old,) = found
    new = _new(old, action, ascii_only=workspace.base.ascii_only)
    before, after = inline(old.raw).text, inline(new.raw).text
    if same_key(before) == same_key(after):
        return division, ()
    division.items = [new if item is old else item for item in division.items]
    workspace.changed(division)
    return division, (Change(("Authority",), before, after),)


def _new(old: Block, action: Action, *, ascii_only: bool) -> Block:
    if action.words is not None:
        chunk = Chunk((), (Fragment(old.raw, old.tag),))
        (made,) = replaced([chunk], action.words, ascii_only=ascii_only)
        return Block(made.fragments[0].raw, old.tag)
    if action.verb not in _REVISIONS:
        raise NotComputedError(
            f"“{action.verb.value}” is not computed for an authority citation",
            f"verb-{action.verb.value}-authority",
        )
    if action.set_out is None:
        raise no_text(action)
    if len(action.set_out.lines) != 1:
        raise NotComputedError("the text set out is not one authority citation", "shown-twice")
    texts = list(_TEXT.finditer(old.raw))
    if len(texts) != 1:
        raise NotComputedError("the authority citation of the base is not one paragraph", "markup")
    text = _markup(action.set_out.lines[0], ascii_only=ascii_only)
    place = texts[0]
    return Block(old.raw[: place.start("text")] + text + old.raw[place.end("text") :], old.tag)


def _markup(line: SetOutLine, *, ascii_only: bool) -> str:
    """Return a citation that is set out, without its label. Raises NotComputedError."""
    if not line.xml:
        text = escape(_LABEL.sub("", line.text, count=1).strip())
        if not text.endswith("."):
            raise NotComputedError("the citation that is set out breaks off", "breaks-off")
        return to_ascii(text) if ascii_only else text
    try:
        paragraphs = element_of(line.xml).findall("P")
        made = [inner_markup(paragraph, ascii_only=ascii_only) for paragraph in paragraphs]
    except MarkupError as error:
        raise NotComputedError(str(error), "markup") from error
    if len(made) != 1 or not made[0]:
        raise NotComputedError("the citation that is set out is not one paragraph", "markup")
    return _LABEL.sub("", made[0], count=1) if _LABEL.match(made[0]) else made[0]
