"""A codemod in Python: renames an identifier, whole words only."""

import pathlib
import re
import sys

path = pathlib.Path("packages/kernel/src/digest.ts")
before = path.read_text(encoding="utf-8")
after = re.sub(r"\bisList\b", "isJsonArray", before)
if after == before:
    sys.exit(f"{path}: nothing to rename")
path.write_text(after, encoding="utf-8")
print(f"renamed isList in {path}")
