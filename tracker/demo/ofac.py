"""Serves OFAC's lists as its Sanctions List Service does: the history of publications, delta files, and full files, which lead to a
short-lived storage address.
"""

from __future__ import annotations

from tracker.clock import legal_day
from tracker.demo.http_messages import XML, Reply, Request, json_reply
from tracker.demo.sanctions import Sanctions, zipped

_EXPORTS = "/api/publicationpreview/exports/"
_STORAGE = "/_storage/"


def answer(sanctions: Sanctions, request: Request) -> Reply | None:
    """Return the answer of the service; None for other addresses, and where nothing is published."""
    there = [one for one in sanctions.publications if one.at <= request.now]
    path = request.path.lower()
    if not there or not path.startswith(("/changes/", _EXPORTS, _STORAGE)):
        return None
    if path.startswith("/changes/history/"):
        year = path.rpartition("/")[2]
        return json_reply(
            [
                {
                    "publicationID": one.number,
                    "datePublished": f"{legal_day(one.at).isoformat()}T00:00:00-04:00",
                }
                for one in there
                if str(legal_day(one.at).year) == year
            ]
        )
    if path.startswith("/changes/"):
        name = path.removeprefix("/changes/")
        wanted = str(there[-1].number) if name == "latest" else name
        found = next((one for one in there if str(one.number) == wanted), None)
        if found is None or found.delta is None:
            return json_reply({"error": "Not Found"}, status=404)
        return Reply(200, found.delta, XML)
    if path.startswith(_EXPORTS):
        name = request.path.rpartition("/")[2]
        location = f"{request.base}{_STORAGE}{name}?X-Amz-Expires=3600"
        return Reply(302, b"", XML, (("Location", location),))
    full = [body for at, body in sanctions.full if at <= request.now]
    if not full:
        return json_reply({"error": "Not Found"}, status=404)
    return (
        Reply(200, zipped(full[-1]), "application/zip")
        if path.endswith(".zip")
        else Reply(200, full[-1], XML)
    )
