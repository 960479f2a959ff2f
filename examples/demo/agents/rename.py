"""A codemod in Python: renames an identifier, whole words only."""

import pathlib
import re
import sys

path = pathlib.Path("packages/rate-limit/src/provider-signal.ts")
before = path.read_text(encoding="utf-8")
after = re.sub(r"\bisHeaders\b", "isHeadersObject", before)
if after == before:
    sys.exit(f"{path}: nothing to rename")
path.write_text(after, encoding="utf-8")
print(f"renamed isHeaders in {path}")
