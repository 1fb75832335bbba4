"""Other bytes out of given ones: bits, pieces, words of the trade, repetitions, nesting, JSON of other types.

What a checksum or a closing tag would give away at the door is put right again most of the time, so that the
rooms behind are reached as well.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from lxml import etree

LIMIT = 60_000  # bytes: what is read in a second must not be more than linear here

WORDS = (
    b"(a)", b"(1)", b"(i)", b"(A)", b"(ii)", b"(aa)", b"a.1.", b"a.1.b.", b"3B001", b"3A090.z", b"EAR99", b"[Reserved]", b"* * *",
    b"\xc2\xa7 744.11", b"\xc2\xa7\xc2\xa7 744.11(a)(1) through (9)", b"15 CFR 744", b"15 CFR parts 734, 736, and 744", b"90 FR 47201",
    b"Supplement No. 4 to Part 744", b"Supp. No. 1 to Part 774", b"CHINA, PEOPLE'S REPUBLIC OF", b"JAPAN", b"a.k.a.,", b"; and",
    b"the following two aliases:", b"\xe2\x80\x94", b"\xe2\x80\x9c", b"\xe2\x80\xa8", b"\xc2\xa0", b"\xe2\x80\x8b", b"\xef\xbf\xbe", b"\xed\xa0\x80",
    b"\x00", b"\x01", b"\x1f", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\r\n", b"\n\n", b"\t", b" " * 70, b"-" * 72, b"=" * 71,
    b"[[Page 47202]]", b"[FR Doc. 2025-19001 Filed 9-29-25; 8:45 am]", b"BILLING CODE 3510-33-P", b"AGENCY:", b"SUMMARY:", b"DATES:",
    b"ACTION:", b"SUPPLEMENTARY INFORMATION:", b"effective", b"is stayed until November 9, 2026", b"February 30, 2025",
    b"comments must be received by", b"is amended by revising paragraph (a)(1)", b"is removed and reserved", b"instruction 5",
    b"E.O. 14257", b"RIN 0694-AK11", b"[Docket No. 250926-0161]", b"Docket ID BIS-2025-0001", b"C1-2025-19001", b"Ltd.", b"U.S.C. 4801",
    b"0", b"-1", b"99999999999999999999", b"1e999", b"NaN", b"2025-02-30", b"9999-12-31", b"0001-01-01", b"2025-09-29T24:00:00-99:00",
    b"null", b"true", b"{}", b"[]", b'""', b"\\ud800", b"\\u0000", b'{"results":[', b'"document_number":', b'"publication_date":',
    b"<P>", b"</P>", b"<HEAD>", b"<HD1>", b"<DIV8 N=\"744.99\">", b"<DIV9 N=\"Supplement No. 4 to Part 744\">", b"<E T=\"03\">", b"<I>", b"<br/>",
    b"<TABLE><TR><TD>", b"</TD></TR></TABLE>", b"<NOTE>", b"<EXTRACT>", b"<FTNT>", b"<SU>", b"<STARS/>", b"<GPOTABLE COLS=\"3\"><ROW><ENT>",
    b"<AMDPAR>", b"<REGTEXT TITLE=\"15\" PART=\"744\">", b"<SECTION>", b"<SECTNO>", b"<EFFDNOT>", b"<CITA>", b"<?x y?>", b"<!--", b"-->", b"<![CDATA[",
    b"]]>", b"<!DOCTYPE a [<!ENTITY b \"c\">]>", b"&b;", b"&#0;", b"&#xD800;", b"&amp;quot;", b"&nbsp;", b"xmlns:a=\"b\"", b"<a:b>",
    b"<html>", b"<body>", b"<main>", b"<div>", b"<p>", b"<h1>", b"<h6>", b"<ul><li>", b"<table>", b"<tr>", b"<td>", b"<td colspan=999999999>", b"<pre>",
    b"<a href=\"/x?sid=1\">", b"<a href=\"http://[::1\">", b"<base href=\"//\">", b"<svg>", b"<template>", b"<frameset>", b"<plaintext>", b"<script>",
    b"<style>", b"<noscript>", b"<meta charset=utf-7>", b"<meta charset=utf-16>", b"<time datetime=", b"</", b"<", b">", b"&", b"\"", b"'",
    b"<rss><channel><item>", b"<title>", b"<guid>", b"<link href=", b"<pubDate>Mon, 99 Xxx 99999 99:99:99 +9999</pubDate>",
    b"stream", b"endstream", b"endobj", b"xref", b"trailer", b"/Length 0", b"/Kids [1 0 R]", b"/Count -1", b"/Filter /FlateDecode", b"/ObjStm",
    b"BT", b"ET", b"Tj", b"Td", b"/Encrypt", b"1 0 R", b"startxref", b"%%EOF",
    b"[[source]]", b"[tracker]", b"id = \"a\"", b"kind = \"page\"", b"url = \"http://", b"every = \"1h\"", b"when = {", b"\"\"\"", b"env:HOME",
    b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\x28\xb5\x2f\xfd", b"../", b"=cmd|' /C calc'!A0", b"javascript:alert(1)", b"<script>alert(1)</script>",
    b"BEGIN:VEVENT", b"\r\nATTENDEE:mailto:x", b"@everyone", b"<!channel>", b"\xe2\x80\xae", "、".encode(), "真空バルブ".encode(), "ﬁ".encode(), "İ".encode(),
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**30, 1.5, float("inf"), "", " ", "x" * 3000, "2025-02-30", "2025-09-29", "https://www.federalregister.gov/d/1",
    "\ud7ff\u0000", [], {}, [None], [[[]]], ["a", 1, {}], {"": ""}, {"name": 1, "slug": []}, {"title": 15, "part": "744"},
)  # fmt: skip


ROWS = (
    b'{"id":1}\n',
    b'{"id":"x","sha256":"0","size":1}\n',
    b"[]\n",
    b"{}\n{}\n",
    b'{"source":"a","key":"b","size":"x"}\n',
    b"null\n",
)


class Mutator:
    """The same seed gives the same inputs."""

    def __init__(self, corpus: Sequence[bytes], seed: int) -> None:
        self.corpus = list(corpus) or [b""]
        self.dice = random.Random(seed)
        self._ways: tuple[Callable[[bytearray], bytearray], ...] = (
            self._flip, self._insert, self._insert, self._delete, self._copy, self._repeat, self._cross, self._number, self._nest, self._swap,
        )  # fmt: skip

    def next(self) -> bytes:
        """An input that was not there before, made from a random one of the corpus."""
        return self.changed(self.dice.choice(self.corpus))

    def changed(self, data: bytes, limit: int = LIMIT) -> bytes:
        whole = self.dice.random() < 0.7
        if whole and data[:4] == b"PK\x03\x04":
            return self._zip(data)
        if whole and data[:2] == b"\x1f\x8b":
            return self._gzip(data)
        if whole and data[:1] in (b"{", b"["):
            data = self._json(data)
            if self.dice.random() < 0.7:
                return data[:limit]
        changed = self._bytes(data, limit)
        return self._closed(changed, limit) if whole and data[:1] == b"<" else changed

    def _bytes(self, data: bytes, limit: int) -> bytes:
        out = bytearray(data[:limit])
        for _ in range(1 << self.dice.randrange(5)):
            out = self.dice.choice(self._ways)(out)
        return bytes(out[:limit])

    # --- put right again ---

    def _closed(self, data: bytes, limit: int) -> bytes:
        """As XML that is well formed, as far as it can be made so."""
        if b"<html" in data[:300].lower():
            return data
        try:
            root = etree.fromstring(
                data, etree.XMLParser(recover=True, resolve_entities=False, huge_tree=True)
            )
            return data if root is None else etree.tostring(root, encoding="utf-8")[:limit]
        except (etree.LxmlError, ValueError):
            return data

    def _gzip(self, data: bytes) -> bytes:
        try:
            return gzip.compress(self._bytes(gzip.decompress(data), LIMIT))
        except (OSError, EOFError, ValueError):
            return self._bytes(data, LIMIT)

    def _zip(self, data: bytes) -> bytes:
        """One member changed, and the manifest's hash of it with it."""
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                members = {name: archive.read(name) for name in archive.namelist()}
            manifest = json.loads(members["manifest.json"])
            name = self.dice.choice(sorted(members))
            members[name] = self.changed(members[name]) if members[name] else self.dice.choice(ROWS)
            table = name.removeprefix("tables/").removesuffix(".jsonl")
            if table in manifest["tables"] and self.dice.random() < 0.9:
                digest = hashlib.sha256(members[name]).hexdigest()
                manifest["tables"][table] = {"rows": members[name].count(b"\n"), "sha256": digest}
                members["manifest.json"] = json.dumps(manifest).encode()
        except (
            zipfile.BadZipFile,
            ValueError,
            KeyError,
            TypeError,
            OSError,
            NotImplementedError,
            RuntimeError,
        ):
            return self._bytes(data, LIMIT)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, value in members.items():
                archive.writestr(member, value)
        return out.getvalue()

    def keep(self, data: bytes) -> None:
        self.corpus.append(data)

    # --- bytes ---

    def _span(self, data: bytearray, longest: int) -> tuple[int, int]:
        start = self.dice.randrange(len(data) + 1)
        return start, min(len(data), start + 1 + self.dice.randrange(longest))

    def _flip(self, data: bytearray) -> bytearray:
        if data:
            data[self.dice.randrange(len(data))] = self.dice.randrange(256)
        return data

    def _insert(self, data: bytearray) -> bytearray:
        at = self.dice.randrange(len(data) + 1)
        data[at:at] = self.dice.choice(WORDS)
        return data

    def _delete(self, data: bytearray) -> bytearray:
        start, end = self._span(data, 40)
        del data[start:end]
        return data

    def _copy(self, data: bytearray) -> bytearray:
        start, end = self._span(data, 400)
        at = self.dice.randrange(len(data) + 1)
        data[at:at] = data[start:end]
        return data

    def _repeat(self, data: bytearray) -> bytearray:
        """The same again and again: what is quadratic shows here."""
        if self.dice.random() < 0.7:
            return data
        start, end = self._span(data, 60)
        piece = bytes(data[start:end]) if self.dice.random() < 0.5 else self.dice.choice(WORDS)
        times = self.dice.choice((10, 100, 1000, 5000))
        data[end:end] = (piece * times)[:LIMIT]
        return data

    def _cross(self, data: bytearray) -> bytearray:
        other = self.dice.choice(self.corpus)
        start, end = self._span(bytearray(other), 2000)
        at = self.dice.randrange(len(data) + 1)
        data[at:at] = other[start:end]
        return data

    def _number(self, data: bytearray) -> bytearray:
        found = list(re.finditer(rb"\d+", data))
        if found:
            one = self.dice.choice(found)
            data[one.start() : one.end()] = self.dice.choice(
                (b"0", b"1", b"255", b"65536", b"4294967296", b"9" * 25, b"-1")
            )
        return data

    def _nest(self, data: bytearray) -> bytearray:
        if self.dice.random() < 0.8:
            return data
        names = re.findall(rb"<(\w+)", data) or [b"div"]
        name = self.dice.choice(names)
        depth = self.dice.choice((5, 50, 300, 2000))
        start, end = self._span(data, 300)
        data[end:end] = b"</%s>" % name * depth
        data[start:start] = b"<%s>" % name * depth
        return data

    def _swap(self, data: bytearray) -> bytearray:
        """Two lines, or two elements, change places."""
        parts = re.split(rb"(?<=\n)|(?=<[A-Za-z])", bytes(data))
        if len(parts) > 2:
            one, other = self.dice.randrange(len(parts)), self.dice.randrange(len(parts))
            parts[one], parts[other] = parts[other], parts[one]
        return bytearray(b"".join(parts))

    # --- JSON ---

    def _json(self, data: bytes) -> bytes:
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            return data
        for _ in range(1 + self.dice.randrange(3)):
            value = self._value(value)
        return json.dumps(value, ensure_ascii=self.dice.random() < 0.5).encode("utf-8", "surrogatepass")

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict) and value and self.dice.random() < 0.85:
            name = self.dice.choice(list(value))
            return {**value, name: self._value(value[name])}
        if isinstance(value, list) and value and self.dice.random() < 0.8:
            at = self.dice.randrange(len(value))
            return [*value[:at], self._value(value[at]), *value[at + 1 :]]
        if isinstance(value, str) and self.dice.random() < 0.5:
            mixed = bytearray(value.encode("utf-8", "surrogatepass"))
            return self.dice.choice(self._ways)(mixed)[:LIMIT].decode("utf-8", "replace")
        return self.dice.choice(VALUES)
