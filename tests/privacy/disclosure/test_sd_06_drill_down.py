"""SD-06: from the system to a network to a practice, three tables together recover no count of 1 to 7.

The three are released one by one, and nothing is kept between them: each is told only what its places are
part of. The attacker has all three and asks for whole numbers.
"""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openphm.core.additivity import Additivity, Dimension
from openphm.core.results import Scalar
from tests.privacy.disclosure.attack import Knowledge
from tests.privacy.disclosure.tables import ALL, Labels, few, published

NETWORKS = {"p1": "A", "p2": "A", "p3": "A", "p4": "B", "p5": "B", "p6": "C"}
SEGMENTS = ("s1", "s2", "s3")
SEGMENT = Dimension("segment", ALL)
BY_PRACTICE = Additivity((SEGMENT, Dimension("place", parents=NETWORKS)))
BY_NETWORK = Additivity((SEGMENT, Dimension("place")))
SYSTEM = Additivity((SEGMENT,))

Counts = dict[Labels, int]
drawn_counts = st.lists(few, min_size=len(NETWORKS) * len(SEGMENTS), max_size=len(NETWORKS) * len(SEGMENTS))


def three_tables(drawn: list[int]) -> tuple[Counts, Counts, Counts]:
    """Counts by practice, by network and for the system, each with all segments together."""
    practices: Counts = {}
    networks: Counts = {}
    system: Counts = {}
    for n, count in enumerate(drawn):
        practice, segment = list(NETWORKS)[n // len(SEGMENTS)], SEGMENTS[n % len(SEGMENTS)]
        for label in (segment, ALL):
            for table, key in (
                (practices, (label, practice)),
                (networks, (label, NETWORKS[practice])),
                (system, (label,)),
            ):
                table[key] = table.get(key, 0) + count
    return practices, networks, system


def attacker(tables: list[dict[Labels, Scalar]]) -> Knowledge:
    """A figure of each table is known as it is shown. A hidden one may be nought: some noughts are hidden."""
    known = Knowledge()
    for table in tables:
        for labels, value in table.items():
            if isinstance(value, int):
                known.is_shown(labels, value)
            else:
                known.is_hidden(labels, least=0)
    practices, networks, system = tables
    for table in tables:
        for labels in table:
            if labels[0] == ALL:
                known.sums.append((labels, [(s, *labels[1:]) for s in SEGMENTS]))
    for segment, network in networks:
        inside = [(segment, p) for p, n in NETWORKS.items() if n == network]
        known.sums.append(((segment, network), inside))
    for (segment,) in system:
        known.sums.append(((segment,), [key for key in networks if key[0] == segment]))
    assert practices
    return known


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn_counts)
def test_three_tables_together_recover_no_hidden_count(drawn: list[int]) -> None:
    tables = three_tables(drawn)
    shown = [published(t, a) for t, a in zip(tables, (BY_PRACTICE, BY_NETWORK, SYSTEM), strict=True)]
    known = attacker(shown)
    small = sorted((key for table in tables for key, n in table.items() if 0 < n < 8), key=str)
    for labels, (least, most) in known.bounds_of(small[:2] + small[-2:], whole=True).items():
        assert least < most, (labels, least, drawn)


def test_a_practice_is_hidden_beside_another_of_its_network() -> None:
    """The count of the network is in another table: the partner is one of its own practices."""
    counts = {(s, p): 30 for s in (*SEGMENTS, ALL) for p in NETWORKS}
    counts |= {(ALL, p): 90 for p in NETWORKS}
    counts |= {("s1", "p1"): 3, (ALL, "p1"): 63}
    hidden = {labels for labels, value in published(counts, BY_PRACTICE).items() if value is None}
    assert ("s1", "p1") in hidden
    partners = {place for segment, place in hidden if segment == "s1"} - {"p1"}
    assert partners <= {"p2", "p3"}
    assert len(partners) == 1
    assert len(hidden) == 4
