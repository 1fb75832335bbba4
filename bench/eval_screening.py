"""1,000 names of partners against the recorded lists (Entity List, Military End-User List, Unverified List and the 25,921 parties
of the Consolidated Screening List): how many of the planted ones are found, how many others are taken for listed, and the time.

    python -m bench.eval_screening [--seed N] [--write] [--missed]

`bench/planted_names.py` makes the names; it was written before the matcher. Seed 1 was looked at while the matcher was written;
the figures are of the other seeds.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from typing import Any

from bench import report
from bench.planted_names import planted
from tests.recorded import recorded
from tracker.documents.listed_parties import Party, parties_of
from tracker.parsing import read_file
from tracker.screening.matcher import ListedName, NameIndex

DIGEST = "lists/consolidated-screening-list-digest-2026-07-31.json.xz"
NUMBER = 1_000


def consolidated() -> bytes:
    """The recorded digest in the shape of the service's consolidated.json."""
    digest = json.loads(recorded(DIGEST))
    tables = digest["tables"]

    def record(entry: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {
            "name": entry["n"], "alt_names": entry.get("a", []), "source": tables["sources"][entry["s"]],
            "addresses": [{"country": code} for code in entry.get("c", ())], "type": entry.get("t", ""),
            "federal_register_notice": entry.get("fr", ""), "entity_number": entry.get("e", ""),
        }  # fmt: skip
        for key, name, table in (
            ("lr", "license_requirement", "licenceRequirements"),
            ("lp", "license_policy", "licencePolicies"),
            ("pg", "programs", "programmes"),
        ):
            if key in entry:
                made[name] = tables[table][entry[key]]
        return made

    return json.dumps({"results": [record(entry) for entry in digest["entries"]]}).encode()


def recorded_parties() -> list[Party]:
    regulations = read_file("744.xml", recorded("ecfr/15-cfr-744/2026-07-18.xml.xz"))
    return [*parties_of(regulations), *parties_of(read_file("consolidated.json", consolidated()))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, action="append")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    parser.add_argument("--missed", action="store_true")
    asked = parser.parse_args()
    start = time.process_time()
    parties = recorded_parties()
    parsed = time.process_time()
    names = [
        ListedName(name, number, bool(place))
        for number, party in enumerate(parties)
        for place, name in enumerate((party.name, *party.aliases))
    ]
    index = NameIndex(names)
    built = time.process_time()
    print(
        f"{len(parties)} parties, {len(names)} names; parsed in {parsed - start:.1f} s, indexed in {built - parsed:.1f} s"
    )
    rows = []
    for seed in asked.seed or (2, 3, 4):
        partners = planted([name.name for name in names], NUMBER, seed)
        begin = time.process_time()
        found = [index.find(partner.name) for partner in partners]
        seconds = time.process_time() - begin
        missed, false, ways = [], [], Counter[str]()
        for partner, hits in zip(partners, found, strict=True):
            of = [name for hit in hits for name in (parties[hit.party].name, *parties[hit.party].aliases)]
            if partner.of and partner.of not in of:
                missed.append(partner)
                ways.update(partner.ways)
            elif not partner.of and hits:
                false.append((partner.name, hits[0].name, hits[0].score))
        listed = sum(bool(partner.of) for partner in partners)
        recall, wrong = 1 - len(missed) / listed, len(false) / (NUMBER - listed)
        print(
            f"seed {seed}: recall {recall:.3f}, false {wrong:.3f}, {seconds:.2f} s; missed by way: {dict(ways)}"
        )
        rows.append([str(seed), f"{recall:.3f}", f"{100 * wrong:.1f} %", f"{seconds:.2f} s"])
        if asked.missed:
            for partner in missed:
                print("  missed", partner)
            for one in false:
                print("  false", one)
    if asked.write:
        text = (
            f"## Partners' names against the lists\n\n{len(parties):,} recorded parties with {len(names):,} names; {NUMBER:,} names, half of them"
            " planted: word order, initials, typing errors, transliteration, legal forms, punctuation, diacritics, abbreviations,"
            f" joined words.\n\n{report.table(['seed', 'found', 'others taken for listed', 'time'], rows)}\n"
        )
        report.write("screening", text, command="python -m bench.eval_screening --write")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
