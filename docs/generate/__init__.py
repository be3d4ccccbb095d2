"""The reference pages that are written from the program itself.

`make docs` writes them; a test fails when one is stale. Nothing here is part of the package.
"""

from collections.abc import Callable

from docs.generate.commands import commands_page
from docs.generate.definitions import definitions_page, extracts_page
from docs.generate.evaluation_plan import plan_schema
from docs.generate.measures import measures_page
from docs.generate.reidentification import reidentification_page
from docs.generate.scenario import scenario_schema_page
from docs.generate.tables import tables_page
from openphm.core.reidentification import svg

PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "data-dictionary.md": tables_page,
    "definitions.md": definitions_page,
    "evaluation-plan.schema.json": plan_schema,
    "extracts.md": extracts_page,
    "measures.md": measures_page,
    "reidentification.md": reidentification_page,
    "reidentification.svg": svg,
    "scenario.schema.json": scenario_schema_page,
}
