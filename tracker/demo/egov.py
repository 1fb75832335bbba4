"""Serves laws of Japan as e-Gov's law API does, under `/api/2/`.

Revisions that are not in force yet are listed with them; which one is in force follows from the day in Tokyo. The text comes as XML in
Base64 within JSON where `law_full_text_format=xml` and JSON are asked for, else as a tree of tags. There are no validators.
"""

from __future__ import annotations

import base64
from typing import Any

from lxml import etree

from tracker.clock import TOKYO, reader_day
from tracker.demo.http_messages import Reply, Request, json_reply
from tracker.demo.model import Archive, DemoRevision

PREFIX = "/api/2/"
_PLAIN = (("Cache-Control", "max-age=0, no-cache, no-store"),)


def answer(archive: Archive, request: Request) -> Reply | None:
    """Return the answer of the service; None for other addresses."""
    if not request.path.startswith(PREFIX):
        return None
    what, _, name = request.path.removeprefix(PREFIX).partition("/")
    law_id = name.partition("_")[0]
    listed = [one for one in archive.laws.get(law_id, ()) if one.listed_from <= request.now]
    if what == "law_revisions" and listed:
        ordered = sorted(listed, key=lambda one: one.day, reverse=True)
        rows = [_facts(one, listed, request) for one in ordered]
        return json_reply({"law_info": _law(law_id, listed), "revisions": rows}, headers=_PLAIN)
    found = next((one for one in listed if one.id == name), None)
    if what == "law_data" and found is not None:
        text = found.text.at(request.now) or ""
        body = {
            "attached_files_info": None,
            "law_info": _law(law_id, listed),
            "revision_info": _facts(found, listed, request),
            "law_full_text": base64.b64encode(text.encode()).decode()
            if request.one("law_full_text_format") == "xml"
            else _tree(etree.fromstring(text.encode())),
        }
        return json_reply(body, headers=_PLAIN)
    return json_reply({"code": "404001", "message": "指定の法令が存在しません。"}, status=404)


def _law(law_id: str, listed: list[DemoRevision]) -> dict[str, Any]:
    return {"law_id": law_id, "law_num": listed[0].law_number, "law_type": "CabinetOrder"}


def _facts(one: DemoRevision, listed: list[DemoRevision], request: Request) -> dict[str, Any]:
    """Return what the service says of a revision."""
    today = reader_day(request.now, TOKYO)
    begun = [other.day for other in listed if other.enforced and other.day <= today]
    if not one.enforced or one.day > today:
        status = "UnEnforced"
    else:
        status = "CurrentEnforced" if one.day == max(begun) else "PreviousEnforced"
    updated = one.text.state(request.now)
    return {
        "law_revision_id": one.id,
        "law_type": "CabinetOrder",
        "law_title": one.title,
        "abbrev": one.abbreviation,
        "category": "外国為替・貿易",
        "updated": updated[0].isoformat() if updated else "",
        "amendment_promulgate_date": one.promulgated.isoformat(),
        "amendment_enforcement_date": one.day.isoformat() if one.enforced else None,
        "amendment_enforcement_comment": one.comment or None,
        "amendment_scheduled_enforcement_date": None if one.enforced else one.day.isoformat(),
        "amendment_law_title": one.amendment_title,
        "amendment_law_num": one.amendment_number,
        "amendment_type": "3",
        "repeal_status": "None",
        "mission": "New",
        "current_revision_status": status,
    }


def _tree(element: etree._Element) -> dict[str, Any]:
    children: list[Any] = [element.text] if element.text and element.text.strip() else []
    for child in element:
        children.append(_tree(child))
        if child.tail and child.tail.strip():
            children.append(child.tail)
    return {"tag": element.tag, "attr": dict(element.attrib), "children": children}
