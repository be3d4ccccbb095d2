"""Store: run SQL on an engine, and keep builds.

Engines   `DuckDBEngine` (default) and `SparkEngine` (extra) run the same portable SQL; see `Engine`.
Files     `SqlFile` reads a `.sql` file with its header; `in_order` sorts files by what they read.
Builds    `Builds` keeps one immutable database a build and moves the pointer between them.

The store knows tables and files. It does not know what a person or a segment is.
"""

from openphm.store.build import Build
from openphm.store.builds import Builds
from openphm.store.duckdb_engine import DuckDBEngine
from openphm.store.engine import Engine, PersonRanges, TableName
from openphm.store.header import Header, SqlFile, in_order, read_folder
from openphm.store.manifest import Manifest
from openphm.store.new_build import NewBuild
from openphm.store.spark_engine import SparkEngine
from openphm.store.workspace import NewWorkspace

__all__ = [
    "Build",
    "Builds",
    "DuckDBEngine",
    "Engine",
    "Header",
    "Manifest",
    "NewBuild",
    "NewWorkspace",
    "PersonRanges",
    "SparkEngine",
    "SqlFile",
    "TableName",
    "in_order",
    "read_folder",
]
