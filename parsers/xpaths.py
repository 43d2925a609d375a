"""Compiled XPath expressions whose results have a type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from lxml.etree import XPath
from lxml.etree import _Element as Element
from lxml.html import HtmlElement


def elements(path: str) -> Callable[[Element], list[HtmlElement]]:
    """A function that gives the elements an expression finds."""
    compiled = XPath(path)
    return lambda tree: cast("list[HtmlElement]", compiled(tree))


def texts(path: str) -> Callable[[Element], list[str]]:
    """A function that gives the plain strings an expression finds."""
    compiled = XPath(path, smart_strings=False)
    return lambda tree: cast("list[str]", compiled(tree))


def placed_texts(path: str) -> Callable[[Element], list[Any]]:
    """A function that gives strings which know the element they stand in (`getparent`, `is_tail`)."""
    compiled = XPath(path)
    return lambda tree: cast("list[Any]", compiled(tree))


def truth(path: str) -> Callable[[Element], bool]:
    """A function that says whether a boolean expression holds."""
    compiled = XPath(path)
    return lambda tree: bool(compiled(tree))


def number(path: str) -> Callable[[Element], float]:
    """A function that gives the number an expression counts."""
    compiled = XPath(path)
    return lambda tree: float(cast("float", compiled(tree)))
