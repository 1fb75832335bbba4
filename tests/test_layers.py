"""Checks the structure in `docs/architecture.md`: layers, import cycles, and the size of modules."""

from __future__ import annotations

from pathlib import Path

import grimp
import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[1]
LIMIT = 500


def test_a_package_imports_only_packages_below_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    verdict = lint_imports(config_filename="pyproject.toml", no_cache=True, no_logo=True)
    assert verdict == 0, capsys.readouterr().out


def imported_packages() -> dict[str, set[str]]:
    """Return the packages and root modules of `tracker`, each with those that it imports."""
    graph = grimp.build_graph("tracker", cache_dir=None)
    found: dict[str, set[str]] = {}
    for module in graph.modules - {"tracker"}:
        package = module.split(".")[1]
        targets = {
            name.split(".")[1] for name in graph.find_modules_directly_imported_by(module) if "." in name
        }
        found.setdefault(package, set()).update(targets - {package})
    return found


def cyclic(imports: dict[str, set[str]]) -> set[str]:
    """Return the packages that are part of an import cycle: removing all that import no other leaves these."""
    left = {name: set(targets) for name, targets in imports.items()}
    while leaves := {name for name, targets in left.items() if not targets & left.keys()}:
        left = {name: targets for name, targets in left.items() if name not in leaves}
    return set(left)


def test_packages_have_no_import_cycle() -> None:
    imports = imported_packages()
    assert {"cli", "web", "storage", "model"} <= imports.keys()
    assert cyclic(imports) == set()
    assert cyclic({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": set()}) == {"a", "b", "c"}


def test_no_module_is_longer_than_the_limit() -> None:
    lengths = {
        path.relative_to(ROOT): len(path.read_text("utf-8").splitlines())
        for folder in ("tracker", "tests", "bench", "fuzz")
        for path in (ROOT / folder).rglob("*.py")
    }
    assert lengths
    assert {path: length for path, length in lengths.items() if length > LIMIT} == {}


def test_every_module_has_a_docstring() -> None:
    silent = [
        path.relative_to(ROOT)
        for path in (ROOT / "tracker").rglob("*.py")
        if path.read_text("utf-8").strip()
        and not path.read_text("utf-8").lstrip().startswith(('"""', 'r"""'))
    ]
    assert silent == []
