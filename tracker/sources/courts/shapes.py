"""The forms of the answers about opinions: the feed of GovInfo, its record of a case, and CourtListener's search."""

from __future__ import annotations

from tracker.sources.expectations import Shape, fields_of

_SEARCH = """
count int?
next previous str?
results[].caseName results[].docketNumber results[].dateFiled results[].absolute_url str
results[].opinions[].id int
results[].opinions[].sha1 str?
"""
_FEED = (
    "rss channel item title link guid pubDate description lastBuildDate language copyright category image url"
)

SHAPES = (
    Shape(
        "feed of a court", r"/rss/uscourts-", "xml",
        elements=frozenset(_FEED.split()), required=frozenset({"rss", "channel"}),
    ),
    Shape("search of CourtListener", r"/search/", "json", fields_of(_SEARCH)),
    Shape("text of an opinion", r"/opinions/\d+/", "json", fields_of("id int\nplain_text str\n")),
)  # fmt: skip
