"""A wheel in which the hot modules are compiled by mypyc: the same source, the same answers, less processor time.

A plain install takes none of this. `HATCH_BUILD_HOOK_ENABLE_CUSTOM=true pip install .` does, or `make fast`; it needs a
C compiler. docs/performance.md says what it brings.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MODULES = (
    "capacity/consumed",
    "capacity/metering",
    "capacity/units",
    "edge/framing",
    "edge/plans",
    "edge/steps",
    "edge/verification",
    "engine/actions",
    "engine/changes",
    "engine/index_keys",
    "engine/keyspace",
    "engine/rows",
    "engine/table",
    "engine/write_set",
    "expressions/actions",
    "expressions/comparisons",
    "expressions/operands",
    "expressions/placeholders",
    "expressions/predicates",
    "expressions/traces",
    "expressions/update_operands",
    "model/attribute_values",
    "model/binaries",
    "model/keys",
    "model/numbers",
    "model/sizes",
    "model/table_names",
    "operations/answers",
    "operations/batches/get",
    "operations/batches/write",
    "operations/items/get",
    "operations/items/put",
    "operations/items/update",
    "operations/items/writes",
    "operations/reads/page",
    "operations/reads/planning",
    "operations/reads/query",
    "operations/reads/scan",
    "operations/reads/selection",
    "operations/reads/start_keys",
    "operations/service",
    "storage/decisions",
    "storage/file/committer",
    "storage/file/frames",
    "storage/layers",
    "storage/sorted_keys",
)
"""Where requests spend their time. Left out is what mypyc cannot compile (dataclasses with slots) and what
interpreted modules make subclasses of."""

_SETUP = """
import sys
from mypyc.build import mypycify
from setuptools import setup
setup(name="slipring", packages=[], ext_modules=mypycify(sys.argv.pop().split(","), opt_level="3"))
"""


class CompilingHook(BuildHookInterface[Any]):
    """Adds the compiled modules to a wheel, beside their source."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        self._folder = Path(tempfile.mkdtemp(prefix="slipring-compiled-"))
        for library in compiled(Path(self.root) / "src", self._folder):
            build_data["force_include"][str(library)] = str(library.relative_to(self._folder))
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def compiled(source: Path, folder: Path) -> list[Path]:
    """The libraries made of a copy of the source in `folder`, in the places they are imported from."""
    shutil.copytree(source / "slipring", folder / "slipring", ignore=shutil.ignore_patterns("__pycache__"))
    # Libraries that only some of Slipring imports are not there, or tell no types.
    (folder / "mypy.ini").write_text("[mypy]\nignore_missing_imports = True\n")
    modules = ",".join(f"slipring/{module}.py" for module in MODULES)
    subprocess.run([sys.executable, "-c", _SETUP, "build_ext", "--inplace", modules], cwd=folder, check=True)
    return [path for path in folder.rglob("*") if path.suffix in (".so", ".pyd") and "build" not in path.parts]
