"""Modules and functions stay small enough to be read."""

from __future__ import annotations

import ast
from pathlib import PurePosixPath
from statistics import median

LONGEST_MODULE = 400
LONGEST_FUNCTION = 40
LONGEST_TEST_MODULE = 300
MEDIAN_FUNCTION = 10
FORBIDDEN_NAMES = {"util", "utils", "helper", "helpers", "common", "tools", "misc", "base", "manager", "managers"}
NO_NAMES = {"data", "info", "item", "items", "manager", "handler", "helper", "util", "misc"}


def length(function):
    """Return the lines of a function without its docstring."""
    body = function.body
    has_docstring = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    skipped = body[0].end_lineno - body[0].lineno + 1 if has_docstring else 0
    return function.end_lineno - function.lineno + 1 - skipped


def test_no_module_is_longer_than_400_lines(modules):
    assert {one.name: n for one in modules if (n := len(one.text.splitlines())) > LONGEST_MODULE} == {}


def test_no_function_is_longer_than_40_lines(modules):
    long = {f"{module.name}:{one.name}": length(one) for module in modules for one in module.functions()}
    assert {name: n for name, n in long.items() if n > LONGEST_FUNCTION} == {}


def test_the_median_function_is_short(modules):
    assert median(length(one) for module in modules for one in module.functions()) < MEDIAN_FUNCTION


def test_no_test_module_is_longer_than_300_lines(root):
    tests = sorted((root / "tests").rglob("test_*.py"))
    lines = {one.relative_to(root).as_posix(): len(one.read_text(encoding="utf-8").splitlines()) for one in tests}
    assert {name: n for name, n in lines.items() if n > LONGEST_TEST_MODULE} == {}


def test_no_file_has_a_name_that_says_nothing(modules, root):
    names = [PurePosixPath(module.name) for module in modules]
    assert [str(one) for one in names if one.stem in FORBIDDEN_NAMES or FORBIDDEN_NAMES & set(one.parts)] == []


def test_no_function_or_class_has_a_name_that_says_nothing(modules):
    named = [
        f"{module.name}:{one.name}"
        for module in modules
        for one in module.nodes
        if isinstance(one, ast.FunctionDef | ast.ClassDef) and one.name.strip("_").lower() in NO_NAMES
    ]
    assert named == []


def test_each_module_says_what_it_is_for(modules):
    assert [one.name for one in modules if one.text.strip() and ast.get_docstring(one.tree) is None] == []


def test_no_two_test_modules_outside_packages_have_one_name(root):
    """Test folders are not packages, so two modules of one name would be one to the importer."""
    tests = [one for one in sorted((root / "tests").rglob("*.py")) if not (one.parent / "__init__.py").exists()]
    names = [one.name for one in tests if one.name != "conftest.py"]
    assert {name for name in names if names.count(name) > 1} == set()
