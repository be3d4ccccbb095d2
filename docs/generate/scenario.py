"""The JSON schema of a scenario, as a file that an editor can read."""

import json

from openphm.definitions.scenario_schema import scenario_schema


def scenario_schema_page() -> str:
    """docs/reference/scenario.schema.json."""
    return json.dumps(scenario_schema(), indent=2, ensure_ascii=False) + "\n"
