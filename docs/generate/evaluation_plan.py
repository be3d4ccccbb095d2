"""The JSON schema of a study plan, as a file that an editor can read."""

import json

from openphm.definitions.evaluation_schema import evaluation_schema


def plan_schema() -> str:
    """docs/reference/evaluation-plan.schema.json."""
    return json.dumps(evaluation_schema(), indent=2, ensure_ascii=False) + "\n"
