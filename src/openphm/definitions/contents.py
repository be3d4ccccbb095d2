"""What stands in the definitions, read kind by kind into values, with what they say of each other checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openphm.definitions.attributes import Attribute, read_attributes
from openphm.definitions.codelists import Codelist, read_codelists
from openphm.definitions.cohorts import CohortFile, read_cohorts
from openphm.definitions.conditions import Condition, read_conditions
from openphm.definitions.costs import Costs, read_costs
from openphm.definitions.definition import Definition
from openphm.definitions.evaluations import EvaluationFile, read_evaluations
from openphm.definitions.interventions import Intervention, read_interventions
from openphm.definitions.measures import MeasureFile, read_measures
from openphm.definitions.names import Names
from openphm.definitions.outcomes import OutcomeFile, read_outcomes
from openphm.definitions.problems import Problems
from openphm.definitions.profiles import Profile, read_profiles
from openphm.definitions.projection_facts import ProjectionFacts, read_projection_facts
from openphm.definitions.reference import Reference, read_reference
from openphm.definitions.scenarios import Scenario, read_scenarios
from openphm.definitions.segments import SegmentModel, read_segments


@dataclass(frozen=True)
class Contents:
    """All definitions as values, by id without folder."""

    codelists: Mapping[str, Codelist]
    conditions: Mapping[str, Condition]
    attributes: Mapping[str, Attribute]
    costs: Costs
    segments: Mapping[str, SegmentModel]
    reference: Reference
    measures: Mapping[str, MeasureFile]
    outcomes: Mapping[str, OutcomeFile]
    cohorts: Mapping[str, CohortFile]
    interventions: Mapping[str, Intervention]
    profiles: Mapping[str, Profile]
    scenarios: Mapping[str, Scenario]
    projection: ProjectionFacts
    evaluations: Mapping[str, EvaluationFile]

    @property
    def names(self) -> Names:
        """The names that criteria may use."""
        pods = frozenset(pod.id for pod in self.costs.points_of_delivery)
        return Names(frozenset(self.attributes), frozenset(self.conditions), pods)


def read_contents(definitions: Sequence[Definition], problems: Problems) -> Contents:
    """Read every definition that is in force; note every problem."""

    def of(kind: str) -> list[Definition]:
        return [one for one in definitions if one.kind == kind and one.status != "withdrawn"]

    codelists = read_codelists(of("codelists"), problems)
    conditions = read_conditions(of("conditions"), codelists, problems)
    attributes = read_attributes(of("attributes"), codelists, conditions, problems)
    costs = read_costs(of("costs"), problems)
    pods = frozenset(pod.id for pod in costs.points_of_delivery)
    names = Names(frozenset(attributes), frozenset(conditions), pods)
    segments = read_segments(of("segments"), names, problems)
    measures = read_measures(of("measures"), names, problems)
    codes = {code for model in segments.values() for code in model.segments}
    codes |= {rule.code for model in segments.values() for rule in model.subsegments}
    cohorts = read_cohorts(of("cohorts"), names, problems)
    return Contents(
        codelists=codelists,
        conditions=conditions,
        attributes=attributes,
        costs=costs,
        segments=segments,
        reference=read_reference(of("reference"), problems),
        measures=measures,
        outcomes=read_outcomes(of("outcomes"), measures, codes, problems),
        cohorts=cohorts,
        interventions=read_interventions(of("interventions"), cohorts, names, problems),
        profiles=read_profiles(of("profiles"), names, problems),
        scenarios=read_scenarios(of("scenarios"), problems),
        projection=read_projection_facts(of("reference"), problems),
        evaluations=read_evaluations(of("evaluations"), names, problems),
    )
