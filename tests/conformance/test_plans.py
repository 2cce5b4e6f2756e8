"""Every module of every certification plan has a test of its name, so that a profile can be read off the test list."""

from importlib import import_module
from pathlib import Path

import pytest

from tests.conformance.plans import PLANS

HERE = Path(__file__).parent


def name_of_test(module: str) -> str:
    """The test that holds the ground of a suite's module."""
    return "test_" + module.removeprefix("oidcc-").replace("-", "_")


def files_of(plan: str) -> list[str]:
    """The plan's own file, and those in which it goes on."""
    return [path.stem for path in HERE.glob("test_*.py") if f"{path.stem}_".startswith(f"test_{plan}_")]


@pytest.mark.parametrize(
    ("plan", "name"), [(plan, name_of_test(module)) for plan, modules in PLANS.items() for module in modules]
)
def test_each_module_has_its_test(plan: str, name: str) -> None:
    holding = [
        file
        for file in files_of(plan)
        if callable(getattr(import_module(f"tests.conformance.{file}"), name, None))
    ]
    assert len(holding) == 1, holding


def test_each_plan_has_its_file_and_each_file_its_plan() -> None:
    files = [path.stem for path in HERE.glob("test_*.py") if path.stem != "test_plans"]
    of_plans = [file for plan in PLANS for file in files_of(plan)]
    assert sorted(of_plans) == sorted(files)
    assert {f"test_{plan}" for plan in PLANS} <= {*files}


def test_no_name_stands_twice_in_a_plan() -> None:
    assert all(len({*map(name_of_test, modules)}) == len(modules) for modules in PLANS.values())
