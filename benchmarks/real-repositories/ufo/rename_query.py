"""Renames an identifier, whole words only."""

import pathlib
import re
import sys

path = pathlib.Path("src/query.ts")
before = path.read_text(encoding="utf-8")
after = re.sub(r"\bparametersString\b", "queryString", before)
if after == before:
    sys.exit(f"{path}: nothing to rename")
path.write_text(after, encoding="utf-8")
print(f"renamed parametersString in {path}")
