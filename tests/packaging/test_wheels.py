"""Two wheels of one version from one repository; the checker's runs where only python-flint is installed.

Everything is built and installed without the network, from what the test environment already holds.
"""

import importlib.metadata
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

import invexcheck
import invexproof

ROOT = Path(__file__).resolve().parents[2]


def dependencies(path: str) -> list[str]:
    found = tomllib.loads((ROOT / path).read_text(encoding="utf-8"))["project"]["dependencies"]
    assert isinstance(found, list)
    return found


def run(*command: str | Path) -> str:
    words = [str(word) for word in command]
    environment = {**os.environ, "PYTHONPATH": ""}
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_versions_agree() -> None:
    assert invexcheck.__version__ == invexproof.__version__
    assert f"invexcheck=={invexproof.__version__}" in dependencies("pyproject.toml")


def test_checker_depends_on_python_flint_alone() -> None:
    assert [re.split(r"[<>=!~ ]", name)[0] for name in dependencies("invexcheck/pyproject.toml")] == [
        "python-flint"
    ]


def test_both_distributions_carry_the_same_licence() -> None:
    assert (ROOT / "LICENSE").read_bytes() == (ROOT / "invexcheck" / "LICENSE").read_bytes()


def test_changelog_has_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest, *_ = re.findall(r"^## (\S+)", changelog, flags=re.MULTILINE)
    assert newest == invexproof.__version__


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("wheels")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-build-isolation", "--no-deps", "--no-index"]
    run(*pip, "--wheel-dir", folder, ROOT / "invexcheck", ROOT)
    return {path.name.partition("-")[0]: path for path in folder.glob("*.whl")}


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return Parser().parsestr(archive.read(name).decode())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["invexcheck", "invexproof"])
def test_wheel_holds_exactly_its_package(wheels: dict[str, Path], name: str) -> None:
    with zipfile.ZipFile(wheels[name]) as archive:
        packed = {entry for entry in archive.namelist() if ".dist-info/" not in entry}
    sources = {
        str(path.relative_to(ROOT)) for path in (ROOT / name).rglob("*") if path.suffix in (".py", ".toml")
    }
    assert {entry for entry in packed if Path(entry).suffix in (".py", ".toml")} == sources - {
        "invexcheck/pyproject.toml"
    }
    assert f"{name}/py.typed" in packed
    assert {entry.partition("/")[0] for entry in packed} == {name}


@pytest.mark.slow
def test_prover_wheel_requires_the_checker_of_its_version(wheels: dict[str, Path]) -> None:
    required = metadata(wheels["invexproof"]).get_all("Requires-Dist", [])
    assert f"invexcheck=={invexproof.__version__}" in required


def environment_with_python_flint_alone(folder: Path) -> Path:
    """A virtual environment (its `bin`) without even pip, into which python-flint alone is linked."""
    venv.create(folder, with_pip=False, symlinks=True)
    bases = {"base": str(folder), "platbase": str(folder)}
    into = Path(sysconfig.get_path("platlib", scheme="venv", vars=bases))
    flint = importlib.metadata.distribution("python-flint")
    for top in {file.parts[0] for file in flint.files or []}:
        (into / top).symlink_to(flint.locate_file(top))  # type: ignore[arg-type]
    return folder / "bin"


@pytest.mark.slow
def test_checker_wheel_runs_with_python_flint_alone(wheels: dict[str, Path], tmp_path: Path) -> None:
    bin_ = environment_with_python_flint_alone(tmp_path / "venv")
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", bin_ / "python"]
    run(*pip, "install", "--quiet", "--no-index", "--no-deps", wheels["invexcheck"])
    run(*pip, "check")

    listing = "import importlib.metadata as m; print(*sorted(d.name for d in m.distributions()))"
    assert run(bin_ / "python", "-I", "-c", listing).split() == ["invexcheck", "python-flint"]
    assert invexcheck.__version__ in run(bin_ / "invexcheck", "--version")
    # One shipped certificate of each kind of file is enough here: the gallery has tests of its own.
    for pattern in ("*.cert.json", "*.cert.json.gz"):
        for certificate in sorted((ROOT / "certificates").rglob(pattern))[:1]:
            run(bin_ / "invexcheck", certificate)
