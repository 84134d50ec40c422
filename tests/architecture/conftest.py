"""The source itself as the subject: every module of the server with its tree, and every text of the project."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_OURS = {".git", ".venv", "var", "build", "node_modules", "__pycache__", "vendor"}


@dataclass(frozen=True)
class Module:
    """One module of the server; *name* is its path below the project, with slashes."""

    name: str
    text: str
    tree: ast.Module

    @cached_property
    def nodes(self):
        """Every node of the tree, found once for all rules."""
        return tuple(ast.walk(self.tree))

    def functions(self):
        return [one for one in self.nodes if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]

    def imported(self):
        """Return every module name imported, wherever in the file."""
        return self._imported

    @cached_property
    def _imported(self):
        names = set()
        for one in self.nodes:
            if isinstance(one, ast.Import):
                names |= {alias.name for alias in one.names}
            elif isinstance(one, ast.ImportFrom):
                names |= {one.module, *(f"{one.module}.{alias.name}" for alias in one.names)}
        return frozenset(names)


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def modules():
    """Every module of the server; the migrations' steps are generated ones and stand apart."""
    paths = [one for one in sorted((ROOT / "server").rglob("*.py")) if "versions" not in one.parent.parts[-1:]]
    texts = {one.relative_to(ROOT).as_posix(): one.read_text(encoding="utf-8") for one in paths}
    return [Module(name, text, ast.parse(text)) for name, text in texts.items()]


def our_files(*suffixes):
    """Return the project's files with one of these suffixes (any, if none is named)."""
    found = []
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part != ".ci" for part in parts)
        if path.is_file() and not hidden and not NOT_OURS & set(parts) and not parts[0].endswith(".egg-info"):
            found.append(path)
    return [one for one in found if not suffixes or one.suffix in suffixes]


@pytest.fixture(scope="session")
def texts():
    """Every text of the project by its path."""
    readable = {}
    for path in our_files():
        try:
            readable[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return readable
