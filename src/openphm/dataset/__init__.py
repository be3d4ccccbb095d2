"""Dataset: BUILD. Pseudonymised extracts in, one costed person-level build out.

`build` makes, checks and publishes one; `make_tables` makes the tables on any engine. The order of the stages
is in `build.py`, the SQL in `sql/`, and docs/explanation/dataset.md says what the tables mean.
"""

from openphm.dataset.build import STAGES, all_files, make_tables
from openphm.dataset.publish import ENGINES, build

__all__ = ["ENGINES", "STAGES", "all_files", "build", "make_tables"]
