"""The image is small, pinned, and runs as nobody in particular."""

import json
import re

from tests.infra.files import ROOT, instructions

BASE = re.compile(r"python:3\.11\.\d+-slim-[a-z]+")


def test_every_base_is_pinned_to_the_same_release() -> None:
    """What was tested is what is built next month."""
    bases = {line.split()[0] for line in instructions("FROM")}
    assert len(bases) == 1
    assert all(BASE.fullmatch(base) for base in bases)


def test_the_image_that_runs_is_not_the_one_that_builds() -> None:
    """What was needed for building stays behind."""
    assert [line.split()[1:] for line in instructions("FROM")] == [["AS", "build"], []]
    assert "--from=build /venv /venv" in instructions("COPY")


def test_it_runs_as_a_numbered_user_that_is_not_root() -> None:
    """A number can be checked by an orchestrator; the ledger's key belongs to it."""
    user = instructions("USER")[-1]
    assert re.fullmatch(r"[1-9]\d{4,}:[1-9]\d{4,}", user)
    script = (ROOT / "infra" / "make-secrets.sh").read_text(encoding="utf-8")
    assert f"chown {user} " in script


def test_dependencies_come_by_their_hashes_and_nothing_else_comes_at_all() -> None:
    """The package itself is installed without looking for anything."""
    installs = [line for line in instructions("RUN") if "pip install" in line]
    assert len(installs) == 2
    assert "--require-hashes -r requirements.txt" in installs[0]
    assert "--no-deps --no-build-isolation" in installs[1]


def test_nothing_is_fetched_or_unpacked_on_the_way() -> None:
    """ADD takes addresses; COPY takes only what is in the repository."""
    assert instructions("ADD") == []
    assert not any(re.search(r"curl|wget|apt-get|https?://", line) for line in instructions("RUN"))


def test_no_secret_is_built_in() -> None:
    """Layers and variables of an image can be read by everybody who has it."""
    assert instructions("ARG") == []
    assert not any(re.search(r"SECRET|TOKEN|PASSWORD|AUTH|API_KEY", line) for line in instructions("ENV"))


def test_what_is_copied_is_there_and_reaches_the_builder() -> None:
    """A path that .dockerignore holds back, or that was renamed, fails here and not in the build."""
    let_in = {
        line.removeprefix("!").strip()
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    copied: set[str] = set()
    for line in instructions("COPY"):
        if "--from=" not in line:
            copied.update(word for word in line.split()[:-1] if not word.startswith("--"))
    assert copied == let_in
    assert [path for path in sorted(copied) if not (ROOT / path).exists()] == []


def test_every_package_is_in_the_image() -> None:
    """A folder that setuptools packs and the Dockerfile forgets would be missing only at run time."""
    packed = re.search(r"include = \[(.*?)\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), flags=re.DOTALL)
    assert packed is not None
    assert set(re.findall(r'"(\w+)\*"', packed[1])) == {
        line.split()[0] for line in instructions("COPY") if re.fullmatch(r"(\w+) \1", line)
    }


def test_it_tells_its_health_and_starts_with_its_secrets() -> None:
    """Without a command it is the console, whose health it asks for."""
    assert "/health" in instructions("HEALTHCHECK")[0]
    assert json.loads(instructions("ENTRYPOINT")[0]) == ["with-secrets"]
    assert json.loads(instructions("CMD")[0])[:2] == ["duecourse", "console"]


def test_the_builder_sees_only_what_it_is_given() -> None:
    """Everything is held back first, so that a new file with data or secrets is held back too."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert "**/*.key" in rules
