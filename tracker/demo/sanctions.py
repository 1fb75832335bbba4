"""OFAC's lists in the demo's server: parties in the shapes of the full file and of the delta files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from xml.sax.saxutils import escape

from tracker.clock import legal_day

FULL_NAMESPACE = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/XML"
DELTA_NAMESPACE = "https://www.treasury.gov/ofac/DeltaFile/1.0"


@dataclass(frozen=True, slots=True)
class Sanctioned:
    """A sanctioned party. `uid` is its permanent number."""

    uid: int
    name: str
    programs: tuple[str, ...] = ("RUSSIA-EO14024",)
    aliases: tuple[str, ...] = ()
    city: str = "Moscow"
    country: str = "Russia"
    kind: str = "Entity"


@dataclass(frozen=True, slots=True)
class Published:
    """A publication: its number, since when it is there, and its delta file; None where that cannot be had."""

    number: int
    at: datetime
    delta: bytes | None


@dataclass(slots=True)
class Sanctions:
    """The publications, and the full files by their instant."""

    publications: list[Published] = field(default_factory=list)
    full: list[tuple[datetime, bytes]] = field(default_factory=list)

    def publish(
        self,
        at: datetime,
        parties: Sequence[Sanctioned],
        actions: Mapping[int, str] | None = None,
        *,
        before: Sequence[Sanctioned] = (),
        full: bool = True,
        delta: bool = True,
    ) -> int:
        """Publish what `actions` say of parties (`add`, `remove`, `modify`, by uid), and the full file. `full` and `delta`: whether each is
        there. Return the number of the publication.
        """
        number = (self.publications[-1].number if self.publications else 100) + 1
        known = {party.uid: party for party in (*before, *parties)}
        changes = [(known[uid], action) for uid, action in (actions or {}).items()]
        self.publications.append(Published(number, at, delta_xml(at, changes) if delta else None))
        if full:
            self.full.append((at, full_xml(at, parties)))
        return number


def full_xml(at: datetime, parties: Sequence[Sanctioned], *, stated: int | None = None) -> bytes:
    """Return the full file. `stated` is the number of parties that it states."""
    rows = "".join(
        f"<sdnEntry><uid>{party.uid}</uid><lastName>{escape(party.name)}</lastName><sdnType>{party.kind}</sdnType><programList>"
        + "".join(f"<program>{program}</program>" for program in party.programs)
        + "</programList><akaList>"
        + "".join(
            f"<aka><uid>{party.uid}0</uid><type>a.k.a.</type><category>strong</category><lastName>{escape(alias)}</lastName></aka>"
            for alias in party.aliases
        )
        + f"</akaList><addressList><address><uid>{party.uid}1</uid><city>{party.city}</city><country>{party.country}</country></address></addressList></sdnEntry>"
        for party in parties
    )
    info = f"<publshInformation><Publish_Date>{legal_day(at):%m/%d/%Y}</Publish_Date><Record_Count>{len(parties) if stated is None else stated}</Record_Count></publshInformation>"
    return f'<?xml version="1.0" standalone="yes"?><sdnList xmlns="{FULL_NAMESPACE}">{info}{rows}</sdnList>'.encode()


def delta_xml(at: datetime, changes: Sequence[tuple[Sanctioned, str]]) -> bytes:
    """Return the delta file of a publication."""
    entities = "".join(
        f'<entity id="{party.uid}" action="{action}"><generalInfo><entityType refId="601">{party.kind}</entityType></generalInfo>'
        f'<sanctionsLists><sanctionsList refId="91507" datePublished="{legal_day(at).isoformat()}">SDN List</sanctionsList></sanctionsLists><sanctionsPrograms>'
        + "".join(f'<sanctionsProgram refId="1">{program}</sanctionsProgram>' for program in party.programs)
        + "</sanctionsPrograms><names>"
        + "".join(
            f"<name id='{party.uid}{index}'><isPrimary>{'true' if not index else 'false'}</isPrimary><translations><translation><script>Latin</script>"
            f"<formattedFullName>{escape(name)}</formattedFullName></translation></translations></name>"
            for index, name in enumerate((party.name, *party.aliases))
        )
        + f"</names><addresses><address><country>{party.country}</country><translations><translation><addressParts><addressPart><type>CITY</type>"
        f"<value>{party.city}</value></addressPart></addressParts></translation></translations></address></addresses></entity>"
        for party, action in changes
    )
    info = f"<publicationInfo><datePublished>{legal_day(at).isoformat()}T00:00:00-04:00</datePublished><publicationType>Standard Action</publicationType></publicationInfo>"
    return f'<?xml version="1.0"?><sanctionsData xmlns="{DELTA_NAMESPACE}">{info}<entities>{entities}</entities></sanctionsData>'.encode()


def zipped(xml: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(zipfile.ZipInfo("sdn.xml"), xml)
    return out.getvalue()
