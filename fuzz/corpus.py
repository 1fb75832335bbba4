"""Where fuzzing begins: the demo's archive in the shapes of the services, what was found before, and, where it is
there, recorded data in pieces. The recorded data is read in place and never becomes a seed."""

from __future__ import annotations

import gzip
import json
import lzma
import random
import re
import tempfile
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from lxml import etree

from tests.japan_law_samples import first_text, second_text
from tests.party_samples import DENIED_HEAD, matrix_book
from tests.recorded import ROOT
from tests.tariff_samples import NOTES, brazil, chapter_99, chapters
from tests.unit.pdf_samples import pdf as small_pdf
from tracker.archive.exporter import export_archive
from tracker.demo import archive_loader, ecfr, federal_register, public_inspection, site
from tracker.demo.fr_text import plain_text
from tracker.demo.http_messages import Request
from tracker.demo.model import Archive
from tracker.demo.parties import LIST_PATH
from tracker.demo.sanctions import Sanctioned, delta_xml, full_xml
from tracker.storage.database import Store

SEEDS = Path(__file__).parent / "seeds"
LONGEST = 40_000
_NOW = datetime(2026, 5, 1, tzinfo=UTC)
_EARLIER = datetime(2025, 9, 29, 16, tzinfo=UTC)  # something was on inspection then
_ELEMENT = re.compile(
    rb"<(?:DIV[89]|RULE|PRORULE|NOTICE|PRESDOCU)\b.*?</(?:DIV[89]|RULE|PRORULE|NOTICE|PRESDOCU)>", re.DOTALL
)
_MEANT = {
    "ecfr": ("ecfr/*/*.xml.xz",),
    "ccl": ("ecfr/15-cfr-774/*.xz", "ecfr/22-cfr-121/*.xz"),
    "annual-cfr": ("amendments/title-12/annual/*.xz",),
    "fr-xml": ("amendments/title-12/rules/*.xz", "federal-register/issues/*.xz"),
    "file": ("amendments/title-12/*/*.xz", "ecfr/22-cfr-121/*.xz"),
    "records": ("federal-register/api/*.xz",),
    "tag": ("federal-register/full-text-paragraphs.jsonl.xz",),
    "citation": ("federal-register/full-text-paragraphs.jsonl.xz",),
    "instructions": ("federal-register/full-text-paragraphs.jsonl.xz", "amendments/title-12/rules/*.xz"),
    "party": ("lists/*.xz",),
}


def seeds(name: str) -> list[bytes]:
    """What was found before, and what was written for this target."""
    return [path.read_bytes() for path in sorted(SEEDS.glob(f"{name}/*"))]


def corpus(name: str) -> list[bytes]:
    """All that a run for this target begins with."""
    return [*seeds(name), *_made().get(name, ()), *_recorded(name)]


def _recorded(name: str) -> list[bytes]:
    """Pieces that begin and end where an element, an object or a paragraph does."""
    dice = random.Random(7)
    pieces: list[bytes] = []
    for pattern in _MEANT.get(name, ()):
        for path in sorted(ROOT.glob(pattern))[:12]:
            whole = lzma.decompress(path.read_bytes())
            if len(whole) <= LONGEST:
                pieces.append(whole)
                continue
            elements = [piece for piece in _ELEMENT.findall(whole) if len(piece) <= LONGEST]
            for _ in range(4):
                if elements:
                    pieces.append(dice.choice(elements))
                    continue
                if whole.lstrip()[:1] == b"<":
                    beginning = whole[: dice.randrange(5_000, LONGEST)]
                    pieces.append(etree.tostring(etree.fromstring(beginning, etree.XMLParser(recover=True))))
                    continue
                start = whole.find(b"\n", dice.randrange(len(whole)))
                pieces.append(whole[start : start + dice.randrange(2_000, LONGEST)])
    return pieces


def _asked(archive: Archive, path: str, *query: tuple[str, str], now: datetime = _NOW) -> bytes:
    request = Request("GET", path, path, query, {}, now, "https://www.federalregister.gov")
    for service in (federal_register.answer, public_inspection.answer, ecfr.answer, site.answer):
        reply = service(archive, request)
        if reply is not None and reply.status == 200:
            return reply.body
    raise LookupError(path)


@lru_cache(maxsize=1)
def _made() -> dict[str, list[bytes]]:
    archive = archive_loader.load()
    folder = archive_loader.FOLDER
    found: dict[str, list[bytes]] = {}
    cfr = [path.read_bytes() for path in sorted(folder.glob("cfr/*.xml"))]
    found["ecfr"], found["ccl"] = cfr, [data for data in cfr if b"774" in data[:2000]]
    pages = [path.read_bytes() for path in sorted(folder.glob("pages/*.html"))]
    found["page"] = found["links"] = pages
    listing = _asked(archive, "/api/v1/documents.json", ("per_page", "20"))
    numbers = [record["document_number"] for record in json.loads(listing)["results"]]
    found["fr-list"] = [listing]
    filed = _asked(archive, "/api/v1/public-inspection-documents/current.json", now=_EARLIER)
    found["inspection-list"] = [filed]
    found["pi-record"] = [json.dumps(record).encode() for record in json.loads(filed)["results"]]
    index = [
        _asked(archive, path)
        for path in (
            "/api/versioner/v1/titles.json",
            "/api/versioner/v1/structure/2026-04-01/title-15.json",
            "/api/versioner/v1/versions/title-15.json",
        )
    ]
    found["ecfr-index"] = [
        b"\n\n\n".join([*index, b"<DIV5 N='744' TYPE='PART'><HEAD>PART 744</HEAD></DIV5>"])
    ]
    found["screening-list"] = found["list"] = [_asked(archive, LIST_PATH)]
    found["japanese-law"] = [text.encode() for text in (first_text(), second_text())]
    party = Sanctioned(1, "SAMPLE TRADING OOO", aliases=("STO",))
    found["ofac-delta"] = [delta_xml(_EARLIER, [(party, action)]) for action in ("add", "remove", "modify")]
    found["party-file"] = [
        b"ofac\n" + full_xml(_EARLIER, [party]),
        b"denied\n"
        + "\t".join(DENIED_HEAD).encode()
        + b"\r\nSAMPLE\t1 Road\tBAGHDAD\t\tIQ\t\t10/27/2025\t01/01/3017\tY\t\t\t90 F.R. 1\r\n",
        b"uflpa\n<table><tr><th>Name of Entity</th><th>Effective Date</th></tr><tr><td>Sample Co. (also known as S)</td><td>June 21, 2022</td></tr></table>",
    ]
    found["matrix"] = [matrix_book()]
    found["tariff"] = [json.dumps([*chapters(), *chapter_99(), *brazil()]).encode()]
    found["tariff-notes"] = ["\n".join(["SUBCHAPTER III", "U.S. Notes", *NOTES]).encode()]
    found["judgment"] = [
        b"Appeals from the United States Court of International Trade in No. 1:25-cv-00077.\n\nExecutive Order 14257 is unlawful.\n\n"
        b"We reverse the judgment in part. The judgment is stayed.\n\nAFFIRMED IN PART AND VACATED IN PART\n\nJUSTICE X, dissenting."
    ]
    found["opinions"] = [
        b"\n\n\n".join(
            [
                b"<rss><channel><item><title>1:25-cv-1 - A v. B</title><link>https://x/USCOURTS-cit-1_25-cv-00077</link></item></channel></rss>",
                b'<mods xmlns="http://www.loc.gov/mods/v3"><relatedItem type="constituent" ID="id-USCOURTS-cit-1_25-cv-00077-0">'
                b"<dateIssued>2026-01-01</dateIssued></relatedItem></mods>",
                small_pdf(["An opinion."]),
            ]
        )
    ]
    found["bill"] = [
        b'{"bill": {"title": "Chip Act", "introducedDate": "2026-01-02", "congress": 119, "type": "HR", "number": "1"}, '
        b'"actions": [{"actionDate": "2026-01-02", "text": "Introduced in House"}, {"actionDate": "2026-02-03", "text": "Became Public Law No: 119-9."}]}'
    ]
    found["bill-text"] = [
        b"<bill><legis-body><section><enum>1.</enum><header>Short title</header><subsection><enum>(a)</enum><text>It is.</text>"
        b"<paragraph><enum>(1)</enum><text>A</text></paragraph></subsection></section></legis-body></bill>",
        b'<bill xmlns="http://x"><main><section><num>SEC. 2.</num><heading>H</heading><content>C</content></section></main></bill>',
    ]
    found["docket"] = [
        b'{"docket": {"id": "BIS-2026-0041", "attributes": {"title": "Chips", "agencyId": "BIS"}}, "comments": {"BIS-2026-0041-0001": 10}, '
        b'"documents": [{"id": "BIS-2026-0041-0001", "attributes": {"documentType": "Proposed Rule", "title": "Chips", "commentStartDate": '
        b'"2026-06-01T04:00:00Z", "commentEndDate": "2026-07-02T03:59:59Z", "frDocNum": "2026-12345", "withdrawn": false, "comment": "A<br/>B"}}], '
        b'"id": "BIS-2026-0041-0002", "attributes": {"comment": "A<br/>valve", "title": "Comment"}}'
    ]
    found["bulletins"] = [
        b'GDWidgets[0].update([{"subject": "CSMS # 67561538 - Duties", "pub_date": "07/21/2026 05:26 PM EDT", '
        b'"href": "https://www.bis.gov/bulletins/gd/USDHSCBP-1?wgt_ref=x"}])'
    ]
    found["robots"] = [b"User-agent: *\nDisallow: /a/*/b$\nCrawl-delay: 10\nSitemap: https://x/y\n"]
    found["headers"] = [
        b"2\nLocation: //www.bis.gov/b\nETag: W/\"a\"", b"5\nRetry-After: 120", b"6\nRetry-After: Wed, 21 Oct 2026 07:28:00 GMT\nDate: Wed, 21 Oct 2026 07:27:00 GMT",
        b"0\nContent-Type: text/html; charset=utf-8\nLast-Modified: x\nContent-Encoding: gzip\nContent-Length: 9",
    ]  # fmt: skip
    found["channel"] = [
        b'Wed, 21 Oct 2026 07:28:00 GMT\n{"ok":false}',
        b"120\ninvalid_token",
        b"slack://T/B/secretsecret\nfor secretsecret",
    ]
    found["address"] = [
        b"https://www.bis.gov:443/a/../b?utm_source=x&id=1#c\n//evil/x\nhttp://[::ffff:1.2.3.4]:80/\n%2e%2e/x"
    ]
    found["designator"] = [
        b"(a) Text\n(1) More\n(i) Yet\n(A) Deep\n(\x011\x02) Six\n(b)-(d) [Reserved]\n(a)(1)(ii) through (iv) x\na.4.b. Item"
    ]
    found["fr-record"] = [_asked(archive, f"/api/v1/documents/{number}.json") for number in numbers[:12]]
    texts = [str(path.read_text("utf-8")) for path in sorted(folder.glob("documents/*.toml"))]
    found["records"] = [*found["fr-record"], listing]
    stories = [
        xml for document in archive.documents for _, xml in [document.xml.state(_NOW) or (None, "")] if xml
    ]
    found["fr-xml"] = [xml.encode() for xml in stories]
    found["fr-text"] = [plain_text(xml).encode() for xml in stories]
    feeds = [
        state.body
        for path, line in archive.pages.items()
        for _, state in [line.state(_NOW) or (None, None)]
        if state and "rss" in state.content_type
    ]
    found["feed"] = feeds
    found["feed-entry"] = [
        json.dumps(
            {
                "title": "T",
                "link": "https://x/y",
                "id": "1",
                "summary": "<p>A &amp; <b>b</b></p><ul><li>c",
                "updated": "2026-01-02T03:04:05Z",
            }
        ).encode()
    ]
    found["tag"] = found["citation"] = [text.encode() for text in texts]
    found["pdf"] = [small_pdf(["Page 1", "A rule."], ["Page 2", "It ends."]), small_pdf(["x"], encrypt=True)]
    found["settings"] = [(folder / "sources.toml").read_bytes()]
    for sample in texts:
        found.setdefault("diff", []).append((sample + "\n\n" + sample.replace("the", "a")).encode())
    found["noise"] = found["redline"] = found["diff"]
    found["alerts"] = found["terminal"] = found["ics"] = found["tag"][:6]
    found["unpacking"] = [gzip.compress(pages[0])]
    found["archive"] = [_exported()]
    found["table"] = [
        b'HTS Number,Indent,Description,Rate\n"0101",0,"Horses, live:",""\n"",1,"m<sup>2</sup>",2.5%\n0101.2,2,"[""No.""]",Free\n',
        b'[{"htsno": "0101", "units": ["kg"], "notes": [{"value": "See."}]}, {"htsno": "", "indent": "1", "general": null}]',
        b'id\tname\n1\tA\n2\tB\n3\t"C\n',
    ]
    found["file"] = [*cfr[:2], *pages[:3], *found["fr-record"][:2], *found["pdf"], *found["tag"][:2]]
    return found


def _exported() -> bytes:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        state = Path(name, "state")
        Store(state).close()
        return export_archive(state, Path(name, "x.zip")).path.read_bytes()
