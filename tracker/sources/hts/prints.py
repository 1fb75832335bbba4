"""The prints of chapter 99: their keys, and the check that an answer is a whole one."""

from __future__ import annotations

from tracker.errors import UnexpectedResponse
from tracker.http.response_checks import check_no_wall
from tracker.model import HttpResponse
from tracker.sources.hts.releases import Release

NOTES = "chapter 99"
RELEASES = "listing/releases"
MAX_BYTES = 100_000_000


def meta_of(release: Release) -> dict[str, str]:
    """Return what is stored beside an answer: the release, and its first day where the list gives one."""
    since = {"since": release.since.isoformat()} if release.since is not None else {}
    return {"release": release.name, **since}


def check_pdf(answer: HttpResponse) -> None:
    """Raise AccessDenied for a wall, UnexpectedResponse for anything but a whole PDF."""
    if answer.body.lstrip()[:1] == b"<":
        check_no_wall(answer)
    if not answer.body.lstrip().startswith(b"%PDF-") or b"%%EOF" not in answer.body[-2_048:]:
        raise UnexpectedResponse("not a whole PDF", url=answer.url, status=answer.status)
