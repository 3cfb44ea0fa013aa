"""Who may import whom: core stands alone, and nothing heavy is imported before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

CORE = Path(__file__).parents[2] / "core/presscheck"
OUTER = ("presscheck_plugins", "presscheck_integrations", "presscheck_templates")
HEAVY = ("torch", "transformers", "diffusers", "celery", "boto3", "rapidocr", "onnxruntime", "ncnn")


def _imported(program: str) -> set[str]:
    """Return the top-level names of all modules that a program has imported at its end."""
    ending = "\nimport sys; print('\\n'.join({m.partition('.')[0] for m in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", program + ending], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_all_of_core_imports_neither_plugins_nor_integrations_nor_services() -> None:
    names = [
        ".".join(path.relative_to(CORE.parent).with_suffix("").parts)
        for path in CORE.rglob("*.py")
        if path.name != "__init__.py"
    ]
    assert len(names) > 40
    program = f"import importlib\nfor name in {names!r}: importlib.import_module(name)"
    # The engine alone may import the model libraries; these bring boto3, where accelerate is there.
    found = _imported(program)
    assert found & {*OUTER, "celery"} == set()
    light = [name for name in names if not name.startswith("presscheck.engine.")]
    program = f"import importlib\nfor name in {light!r}: importlib.import_module(name)"
    assert _imported(program) & {*OUTER, *HEAVY} == set()


def test_importing_presscheck_imports_nothing_heavy() -> None:
    assert not _imported("import presscheck") & {*OUTER, *HEAVY, "PIL", "numpy", "pydantic"}


def test_the_public_names_are_there_when_asked_for() -> None:
    program = "import presscheck\nfor name in presscheck.__all__: getattr(presscheck, name)"
    assert _imported(program) & {*OUTER, *HEAVY} == set()


def test_an_unknown_name_is_an_attribute_error() -> None:
    import presscheck

    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = presscheck.nonsense  # type: ignore[attr-defined]


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["check", "--help"]])
def test_help_imports_nothing_heavy(arguments) -> None:
    program = (
        f"import sys; sys.argv = ['presscheck', *{arguments!r}]\n"
        "import contextlib, io\n"
        "from presscheck.cli import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()): main()"
    )
    assert _imported(program) & {*OUTER, *HEAVY, "numpy", "PIL", "sqlalchemy"} == set()


def test_loading_the_plugins_imports_no_model_library() -> None:
    found = _imported("from presscheck.plugins import Plugins; Plugins.load()")
    assert found >= {*OUTER}
    assert not found & {"torch", "transformers", "diffusers", "celery", "boto3", "rapidocr", "ncnn"}


@pytest.mark.parametrize(
    "path", sorted(CORE.rglob("*.py")), ids=lambda path: str(path.relative_to(CORE))
)
def test_cores_source_names_outer_packages_only_as_default_plugins(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names = [node.value] if path.name != "plugins.py" else []
        else:
            continue
        services = () if isinstance(node, ast.Constant) else ("celery", "boto3", "botocore")
        assert not [name for name in names if name.partition(".")[0] in {*OUTER, *services}]


def test_the_default_plugins_are_the_three_outer_packages() -> None:
    from presscheck.plugins import DEFAULT_PLUGINS

    assert DEFAULT_PLUGINS == OUTER
