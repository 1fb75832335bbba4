"""The direction of a clause is composed of its verbs and of what they act on."""

from __future__ import annotations

import pytest

from tracker.classification.act_reader import read_acts

RESTRICTS, RELIEVES, OPEN = 1, -1, 0

CLAUSES: tuple[tuple[str, int], ...] = (
    # one verb, one operand
    ("This order imposes an additional duty of 12 percent on articles of Norway.", RESTRICTS),
    ("The rate of duty on ceramic tiles is raised from 5 percent to 15 percent.", RESTRICTS),
    ("The additional tariffs on furniture of Peru are lowered to 3 percent.", RELIEVES),
    ("BIS adds license requirements for exports of sputtering targets to Laos.", RESTRICTS),
    ("BIS removes license requirements for exports of tripods to Chile.", RELIEVES),
    ("BIS creates License Exception LPP for low-power processors.", RELIEVES),
    ("BIS removes License Exception TMP for shipments to Egypt.", RESTRICTS),
    ("BIS revokes the validated end-user status of a plant in Nanjing.", RESTRICTS),
    ("The Secretary grants exclusions for two kinds of cranes.", RELIEVES),
    ("BIS narrows the exclusion for hand tools.", RESTRICTS),
    ("Treasury issues General License 41 for port services.", RELIEVES),
    ("Treasury revokes General License 41.", RESTRICTS),
    ("OFAC lifts the sanctions on the shipping line.", RELIEVES),
    ("BIS adds nine firms to the Entity List.", RESTRICTS),
    ("BIS removes nine firms from the Entity List.", RELIEVES),
    # a verb acts on an act
    ("The President ends the suspension of the reciprocal tariffs on Iceland.", RESTRICTS),
    ("The proclamation terminates the pause of the additional duties.", RESTRICTS),
    ("BIS lifts the stay of the license requirements for gas turbines.", RESTRICTS),
    ("The suspension of the additional duties is extended for ninety days.", RELIEVES),
    ("This notice extends certain exclusions through August 31.", RELIEVES),
    ("The extension of the exclusions is revoked.", RESTRICTS),
    ("BIS suspends License Exception GOV for one year.", RESTRICTS),
    ("BIS resumes the license requirements for laboratory furnaces.", RESTRICTS),
    ("BIS reinstates License Exception RPL for Brazil.", RELIEVES),
    ("The tariffs on timber are suspended until May.", RELIEVES),
    ("The President cancels the planned increase of the tariffs on glass.", RELIEVES),
    ("Commerce delays the effective date of the license requirements for lasers.", RELIEVES),
    ("The duties on buses are deferred until next March.", RELIEVES),
    ("BIS postpones the removal of License Exception CIV.", RELIEVES),
    ("Commerce withdraws the exemption from the duties on pumps.", RESTRICTS),
    # carve-outs, exemptions, no longer
    ("Articles of Ghana are exempt from the additional duties.", RELIEVES),
    ("Articles of Ghana are no longer exempt from the additional duties.", RESTRICTS),
    ("Such goods are no longer subject to the additional duties.", RELIEVES),
    ("Such goods shall not be subject to the additional duties.", RELIEVES),
    ("The additional duties shall not apply to seeds.", RELIEVES),
    ("Copper wire becomes subject to the additional duties.", RESTRICTS),
    ("A license is no longer required for exports of tripods to Chile.", RELIEVES),
    ("A license is now required for exports of tripods to Chile.", RESTRICTS),
    ("License Exception STA is no longer available for exports to Malta.", RESTRICTS),
    ("License Exception STA may not be used for exports to Malta.", RESTRICTS),
    ("The exclusions expire on June 1.", RESTRICTS),
    ("The license requirements expire on June 1.", RELIEVES),
    ("Exporters no longer need a license for exports of tripods.", RELIEVES),
    ("The rule carves out printed books from the tariffs.", RELIEVES),
    # review policies
    ("Applications move from a presumption of denial to a case-by-case review.", RELIEVES),
    ("Applications move from a case-by-case review to a presumption of denial.", RESTRICTS),
    ("Applications are reviewed under a presumption of denial.", RESTRICTS),
    ("Applications will be reviewed on a case-by-case basis.", RELIEVES),
    ("BIS removes the presumption of denial for Serbia.", RELIEVES),
    ("Applications are reviewed case by case and no longer under a presumption of denial.", RELIEVES),
    # noun compounds
    ("Tariff Increase on Imports of Leather Goods of Fiji", RESTRICTS),
    ("Extension of Exclusions for Solar Glass", RELIEVES),
    ("Exclusion Extensions for Solar Glass", RELIEVES),
    ("Termination of License Exception APR", RESTRICTS),
    ("Removal of License Requirements for Certain Lasers", RELIEVES),
    ("Entity List Removals", RELIEVES),
    ("Entity List Additions", RESTRICTS),
    ("Suspension of Duties on Goods of Tonga", RELIEVES),
    ("End of the Suspension of Duties on Goods of Tonga", RESTRICTS),
    ("Elimination of License Exception Civil End Users", RESTRICTS),
    ("Imposition of License Requirements for End Users in Sudan", RESTRICTS),
    # passives
    ("Additional duties are imposed on articles of Norway.", RESTRICTS),
    ("Nine firms are added to the Entity List.", RESTRICTS),
    ("The sanctions are hereby terminated.", RELIEVES),
    ("The general license is hereby revoked.", RESTRICTS),
    ("The exclusions shall be withdrawn on July 1.", RESTRICTS),
    ("The Secretary withdraws the reduction of the duties on glass.", RESTRICTS),
    ("Exports of drilling rigs to Belarus are prohibited.", RESTRICTS),
    ("Exports of drilling rigs to Belarus are authorized.", RELIEVES),
    # negations
    ("BIS does not impose license requirements on tripods.", RELIEVES),
    ("The agency will not enforce the license requirements for tripods.", RELIEVES),
    ("BIS will not renew the exclusions.", RESTRICTS),
    # strict and mild verbs
    ("BIS tightens License Exception ENC.", RESTRICTS),
    ("BIS eases the license requirements for cameras.", RELIEVES),
    ("BIS widens License Exception ENC to more items.", RELIEVES),
    ("BIS limits License Exception ENC to Canada.", RESTRICTS),
    ("BIS expands the foreign direct product rule.", RESTRICTS),
    # no direction is stated
    ("BIS amends the license requirements for cameras.", OPEN),
    ("This section describes the license requirements.", OPEN),
    ("The duty schedule is printed in chapter 99.", OPEN),
)


def directions(sentence: str) -> set[int]:
    return {reading.sign for reading in read_acts(sentence) if reading.sign}


@pytest.mark.parametrize(("clause", "sign"), CLAUSES)
def test_the_direction_of_a_clause(clause: str, sign: int) -> None:
    assert directions(clause) == ({sign} if sign else set())
