"""Population: USE of a build. Open it with a Scope, ask about segments, measures and data quality.

Every question carries the Scope's predicate at its root: there is no way to ask about people outside
it. Answers are `Result`s, with what each figure rests on.
"""

from openphm.population.opening import open, open_in_scope
from openphm.population.population import Population
from openphm.population.segments import MEASURES

__all__ = ["MEASURES", "Population", "open", "open_in_scope"]
