"""Which reader reads: same reader, same page → same record, anywhere and in any order."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from importlib.resources import files

from parsers.records import Profile

VERSION = 5
"""Raise it with every change of code that may change a record."""

_LIBRARIES = ("trafilatura", "lxml", "htmldate")


def reader(profile: Profile) -> str:
    """UUID text over parser version, data files, extraction libraries and the profile."""
    said = f"{_house()}\n{sorted(asdict(profile).items())!r}"
    return str(uuid.UUID(bytes=hashlib.blake2b(said.encode(), digest_size=16).digest()))


@cache
def _house() -> str:
    """What is the same for every source."""
    digest = hashlib.blake2b(f"{VERSION}".encode(), digest_size=16)
    for name in _LIBRARIES:
        digest.update(f"{name} {version(name)}\n".encode())
    for file in sorted(files("parsers").joinpath("data").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            digest.update(file.read_bytes())
    return digest.hexdigest()
