"""A small archive in the shapes of the real services, written for tests: three documents, one CFR part in
two states, a site of three pages with a PDF, a feed and a screening list. Everything in it is made up."""

from __future__ import annotations

from datetime import UTC, date, datetime

from tracker.demo.fr_text import full_text
from tracker.demo.http_messages import JSON, PDF
from tracker.demo.model import Archive, FrDocument, PageState
from tracker.demo.parties import LIST_PATH, party, screening_list
from tracker.demo.pdf import pdf

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)

PART_744 = """<?xml version="1.0"?>
<DIV5 N="744" TYPE="PART" VOLUME="2" hierarchy_metadata="{&quot;path&quot;:&quot;/on/_SUBSTITUTE_DATE_/title-15/part-744&quot;,&quot;citation&quot;:&quot;15 CFR Part 744&quot;}">
<HEAD>PART 744&#x2014;CONTROL POLICY: END-USER AND END-USE BASED
</HEAD>
<AUTH>
<HED>Authority:</HED><PSPACE>50 U.S.C. 4801-4852.
</PSPACE></AUTH>
<SOURCE>
<HED>Source:</HED><PSPACE>61 FR 12802, Mar. 25, 1996, unless otherwise noted.
</PSPACE></SOURCE>
<DIV8 N="744.11" TYPE="SECTION">
<HEAD>&#xA7; 744.11 License requirements that apply to entities.</HEAD>
<P>(a) <I>License requirement.</I> A license is required for an export to a listed entity.</P>
<P>(1) <I>Owned entities.</I> The requirement reaches an entity that a listed entity owns.</P>
<P>(b) <I>Criteria.</I> Entities may be listed for activities contrary to the interests of the United States.</P>
<CITA TYPE="N">[73 FR 49321, Aug. 21, 2008]
</CITA>
</DIV8>

<DIV8 N="744.23" TYPE="SECTION">
<HEAD>&#xA7; 744.23 Semiconductor manufacturing end use.</HEAD>
<P>(a) <I>General prohibition.</I> You may not export an item subject to the EAR for use in a fabrication facility.</P>
</DIV8>

<DIV9 N="Supplement No. 4 to Part 744" TYPE="APPENDIX">
<HEAD>Supplement No. 4 to Part 744&#x2014;Entity List
</HEAD>
<P>This supplement lists certain entities.</P>
<DIV width="100%"><DIV class="gpotbl_div">
<TABLE border="1" class="gpo_table" width="100%">
<THEAD>
<TR>
<TH>Country</TH>
<TH>Entity</TH>
<TH>License requirement</TH>
<TH>License review<br/>policy</TH>
<TH><strong>Federal Register</strong> citation
</TH>
</TR>
</THEAD>
<TBODY>
<TR>
<TD class="left border-right-single">CHINA, PEOPLE'S REPUBLIC OF</TD>
<TD class="left border-right-single">Sample Etching Works, 1 Sample Road, Shanghai, China.</TD>
<TD class="left border-right-single">For all items subject to the EAR. (See &#xA7; 744.11 of the EAR)</TD>
<TD class="left border-right-single">Presumption of denial</TD>
<TD class="left">89 FR 1000, 1/8/24.
</TD>
</TR>
</TBODY>
</TABLE>
</DIV></DIV>
</DIV9>
</DIV5>
"""


def sample_archive() -> Archive:
    """At 2026-06-10 13:00 UTC two documents are published, one is on inspection, and the site is up."""
    archive = Archive()
    archive.documents.extend(_documents())
    archive.put_part(15, "744", date(2026, 3, 25), PART_744)
    archive.put_page("/news", BEGINNING, PageState(_page("News", NEWS)))
    archive.put_page("/news/rule", BEGINNING, PageState(_page("New rule on etching", RULE_PAGE)))
    archive.put_page("/news/guidance", BEGINNING, PageState(_page("Guidance", GUIDANCE)))
    archive.put_page(
        "/media/guidance.pdf", BEGINNING, PageState(pdf(["Guidance on red flags", PDF_TEXT]), PDF)
    )
    archive.put_page("/feed.xml", BEGINNING, PageState(FEED.encode(), "application/rss+xml"))
    archive.put_page(LIST_PATH, BEGINNING, PageState(screening_list(PARTIES), JSON))
    return archive


def _documents() -> list[FrDocument]:
    rule = FrDocument(
        "2026-11001",
        date(2026, 6, 8),
        "Sample Revisions to Controls on Etching Equipment  ",
        "RULE",
        ("commerce-department", "industry-and-security-bureau"),
        "The Bureau of Industry and Security amends the Export Administration Regulations (EAR) for ECCN 3B001.",
        {
            "action": "Final rule.",
            "dates": "This rule is effective June 8, 2026.",
            "effective_on": "2026-06-08",
            "start_page": 30001,
            "end_page": 30004,
            "docket_ids": ["Docket No. 260601-0001"],
            "regulation_id_numbers": ["0694-AA00"],
            "cfr_references": [{"title": 15, "part": 774, "chapter": None, "citation_url": None}],
        },
        filed_at=datetime(2026, 6, 5, 12, 45, tzinfo=UTC),
    )
    rule.xml.put(
        BEGINNING, full_text(rule, ["# Background", "BIS controls etching equipment in ECCN 3B001."])
    )
    fish = FrDocument(
        "2026-11002",
        date(2026, 6, 9),
        "Fisheries of the Sample Sea; Closure",
        "RULE",
        ("commerce-department", "national-oceanic-and-atmospheric-administration"),
        None,
        {"action": "Temporary rule; closure.", "start_page": 30101, "end_page": 30101},
    )
    fish.xml.put(BEGINNING, full_text(fish, ["NMFS closes the fishery for sample fish."]))
    inspected = FrDocument(
        "2026-11003",
        date(2026, 6, 11),
        "Request for Comments on Sample Chips",
        "NOTICE",
        ("commerce-department", "industry-and-security-bureau"),
        "BIS requests comments on chips.",
        {
            "action": "Notice; request for comments.",
            "dates": "Comments must be received on or before July 13, 2026.",
            "comments_close_on": "2026-07-13",
            "start_page": 30200,
            "end_page": 30202,
        },
        filed_at=datetime(2026, 6, 10, 12, 45, tzinfo=UTC),
    )
    inspected.xml.put(BEGINNING, full_text(inspected, ["BIS asks what chips there are."]))
    return [rule, fish, inspected]


def _page(title: str, main: str) -> bytes:
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><title>{title} | Sample Bureau</title></head>\n<body>'
        '<header><nav><a href="/news">News</a> <a href="/search/all">Search</a></nav></header>\n'
        f"<main><h1>{title}</h1>\n{main}\n</main>\n<footer>Sample Bureau</footer></body></html>\n"
    ).encode()


NEWS = """<ul><li><a href="/news/rule">New rule on etching</a></li>
<li><a href="{base}/news/guidance#top">Guidance</a></li></ul>"""
RULE_PAGE = """<p>June 8, 2026</p><p>The Bureau published a rule on etching equipment.</p>
<h2>What changes</h2><p>A license is required for vacuum valves of ECCN 3B001.</p>"""
GUIDANCE = '<p>Read the <a href="/media/guidance.pdf">guidance on red flags</a> (PDF).</p>'
PDF_TEXT = "A vacuum valve that is ordered without a chamber is a red flag."
FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Sample news</title><link>{base}/news</link><description>News</description>
<item><title>New rule on etching</title><link>{base}/news/rule</link><guid>{base}/news/rule</guid>
<pubDate>Mon, 08 Jun 2026 12:00:00 GMT</pubDate><description>The Bureau published a rule.</description></item>
</channel></rss>
"""


PARTIES = [party("Sample Etching Works", 1, "CN"), party("Sample Valve Trading", 2, "JP")]
