"""Adds a @returns line to the comments of the functions that compare."""

import pathlib
import re
import sys

returns = {
    "isEmptyURL": "`true` when there is nothing behind the host.",
    "isSamePath": "`true` when both lead to the same place.",
    "isEqual": "`true` when no difference that counts is left.",
}
path = pathlib.Path("src/utils.ts")
text = path.read_text(encoding="utf-8")
for name, line in returns.items():
    text, count = re.subn(
        rf"( \* @group utils\n)( \*/\nexport function {name}\()", rf"\1 * @returns {line}\n\2", text
    )
    if count != 1:
        sys.exit(f"{path}: {name} has no comment to add to")
path.write_text(text, encoding="utf-8")
print(f"described {', '.join(returns)}")
