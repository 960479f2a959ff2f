"""Codemods for pallets/itsdangerous: `python3 agents.py NAME`."""

import pathlib
import re
import sys

SOURCE = pathlib.Path("src/itsdangerous")
TESTS = pathlib.Path("tests/test_itsdangerous")


def edit(path, pattern, replacement):
    """Rewrites the one place that matches; a codemod that missed its place must not pass for one that worked."""
    text, count = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    if count != 1:
        sys.exit(f"{path}: {count} places instead of one for {pattern}")
    path.write_text(text, encoding="utf-8")
    print(f"edited {path}")


def compare_none():
    edit(SOURCE / "timed.py", r"^( +if )(\w+_error):$", r"\1\2 is not None:")


def clearer_error():
    edit(
        SOURCE / "signer.py",
        r'TypeError\("Unknown key derivation method"\)',
        'TypeError(f"Unknown key derivation method {self.key_derivation!r}")',
    )


def url_safe_check():
    path = SOURCE / "encoding.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text + '\n\ndef is_url_safe(value: bytes) -> bool:\n    """Whether the value holds nothing but the URL-safe alphabet."""\n'
        "    return all(byte in _base64_alphabet for byte in value)\n",
        encoding="utf-8",
    )
    edit(
        SOURCE / "__init__.py",
        r"^from \.encoding import want_bytes .*$",
        r"from .encoding import is_url_safe as is_url_safe\n\g<0>",
    )
    (TESTS / "test_is_url_safe.py").write_text(
        "import pytest\n\nfrom itsdangerous import is_url_safe\n\n\n"
        '@pytest.mark.parametrize(("value", "expect"), ((b"aZ09-_=", True), (b"a b", False)))\n'
        "def test_is_url_safe(value, expect):\n    assert is_url_safe(value) is expect\n",
        encoding="utf-8",
    )


def secret_key():
    (SOURCE / "keys.py").write_text(
        'from __future__ import annotations\n\nimport secrets\n\n\ndef generate_secret_key(length: int = 32) -> str:\n'
        '    """A random secret key of ``length`` bytes, in hexadecimal."""\n    return secrets.token_hex(length)\n',
        encoding="utf-8",
    )
    edit(
        SOURCE / "__init__.py",
        r"^from \.serializer import Serializer .*$",
        r"from .keys import generate_secret_key as generate_secret_key\n\g<0>",
    )
    (TESTS / "test_keys.py").write_text(
        "from itsdangerous import generate_secret_key\nfrom itsdangerous import Signer\n\n\n"
        "def test_generate_secret_key():\n    key = generate_secret_key()\n    assert len(key) == 64\n"
        '    assert Signer(key).validate(Signer(key).sign("value"))\n    assert key != generate_secret_key()\n',
        encoding="utf-8",
    )


def document():
    path = SOURCE / "encoding.py"
    edit(path, r"^(\) -> bytes:\n)(    if isinstance)", r'\1    """Encode text; leave bytes as they are."""\n\2')
    edit(path, r"^(def int_to_bytes\(.*\n)", r'\1    """Big endian, without leading zero bytes."""\n')
    edit(path, r"^(def bytes_to_int\(.*\n)", r'\1    """Reverse of :func:`int_to_bytes`."""\n')


def no_padding():
    edit(SOURCE / "encoding.py", r'^    string \+= b"=".*\n', "")


globals()[sys.argv[1].replace("-", "_")]()
