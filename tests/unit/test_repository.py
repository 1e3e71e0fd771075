"""What the repository says of itself is true: commands, keys, links, container and package."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
import typer.main
import yaml
from pydantic import BaseModel

from worker.cli.commands import app
from worker.settings import FILES
from worker.settings.schema import is_database_url
from worker.web.guard import PROBES

ROOT = Path(__file__).parents[2]
GUIDES = [ROOT / "README.md", ROOT / "docs/operations.md", ROOT / "docs/configuration.md"]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
RUN_STAGE = DOCKERFILE.rpartition("\nFROM ")[2]
PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def tracked() -> list[Path]:
    told = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if told.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in told.stdout.split("\0") if name and (ROOT / name).is_file()]


def command_of(words: list[str]) -> tuple[object, list[str]]:
    """The command that the words name, and what follows."""
    command = typer.main.get_command(app)
    rest = list(words)
    while rest and rest[0] in getattr(command, "commands", {}):
        command = command.commands[rest.pop(0)]  # type: ignore[attr-defined]
    return command, rest


def named_commands(text: str) -> Iterator[list[str]]:
    for line in re.findall(r"\bcoalition-watch ((?:[^\s`|·,;()]+ ?)+)", text):
        words = line.split()
        if re.fullmatch(r"[a-z]+|--[a-z-]+", words[0]):
            yield words


@pytest.mark.parametrize("path", GUIDES, ids=names(GUIDES))
def test_every_command_and_option_that_a_guide_names_exists(path):
    found = list(named_commands(path.read_text("utf-8")))
    assert found
    root = typer.main.get_command(app)
    for words in found:
        command, rest = command_of(words)
        options = {o for p in command.params for o in p.opts} | {"--help"}  # type: ignore[attr-defined]
        assert command is not root or words[0] in options, words
        assert {word for word in rest if word.startswith("--")} <= options, words


@pytest.mark.parametrize("path", [*GUIDES, ROOT / ".ci/run"], ids=lambda path: path.name)
def test_every_make_target_that_is_named_exists(path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = re.findall(r"(?:^|`)make ([a-z-]+)", path.read_text("utf-8"), re.MULTILINE)
    assert set(named) <= targets


@pytest.mark.parametrize("path", DOCUMENTS, ids=names(DOCUMENTS))
def test_every_link_within_the_repository_leads_somewhere(path):
    for link in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", path.read_text("utf-8")):
        assert (path.parent / link).exists(), link


def test_every_file_and_folder_of_the_architecture_exists():
    rooms = (ROOT / "docs/architecture.md").read_text("utf-8").partition("## Rooms")[2]
    named = re.findall(r"\b([a-z_]+\.py|[a-z_]+/)", rooms.split("```")[1])
    there = {path.name + "/" * path.is_dir() for path in ROOT.glob("worker/**/*")}
    there |= {f"{path.name}/" for path in [*ROOT.iterdir(), *ROOT.glob("tests/*")]}
    assert len(named) > 30
    assert set(named) <= there


def keys_of(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield field.alias or name
        for part in models_in(field.annotation):
            if part is not model:
                yield from keys_of(part)


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


@pytest.mark.parametrize("name", FILES)
def test_every_configuration_key_stands_in_its_file_with_a_comment_or_a_default(name):
    text = (ROOT / "config" / name).read_text("utf-8")
    keys = set(keys_of(FILES[name]))
    assert keys
    assert {key for key in keys if not re.search(rf"\b{re.escape(key)}\b", text)} == set()


def test_no_file_names_a_path_of_one_machine():
    marks = ("/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "/tm" + "p/wt", "/opt/py" + "pi")
    guilty = [
        (str(path.relative_to(ROOT)), mark)
        for path in tracked()
        for mark in marks
        if mark.encode() in path.read_bytes()
    ]
    assert guilty == []


def test_the_lock_files_pin_every_package_with_hashes_and_name_no_index():
    for name in ("requirements.lock", "requirements-run.lock", "requirements-build.lock"):
        text = (ROOT / name).read_text("utf-8")
        assert not re.search(r"--(extra-)?index-url|--find-links|https?://", text.split("\n\n")[0])
        blocks = re.split(r"\n(?=[a-z])", text)
        pinned = [block for block in blocks if PIN.match(block)]
        assert len(pinned) > 20
        assert all("--hash=sha256:" in block for block in pinned)


def test_what_runs_is_what_was_tested():
    run = dict(PIN.findall((ROOT / "requirements-run.lock").read_text("utf-8")))
    tested = dict(PIN.findall((ROOT / "requirements.lock").read_text("utf-8")))
    assert run.items() <= tested.items()
    built = dict(PIN.findall((ROOT / "requirements-build.lock").read_text("utf-8")))
    assert {"cyclonedx-bom", "hatchling"} <= set(built)
    assert built.items() <= tested.items()
    wanted = {re.split(r"[<>=\[;]", line)[0] for line in PYPROJECT["project"]["dependencies"]}
    assert wanted <= set(run)
    tools = {re.split(r"[<>=\[;]", line)[0] for line in dev_tools()}
    assert not tools & set(run)


def dev_tools() -> list[str]:
    return PYPROJECT["project"]["optional-dependencies"]["dev"]


def test_the_image_runs_without_root_and_ends_on_sigterm():
    assert re.search(r"^USER ([1-9]\d*):([1-9]\d*)$", RUN_STAGE, re.MULTILINE)
    assert "STOPSIGNAL SIGTERM" in RUN_STAGE
    assert 'ENTRYPOINT ["coalition-watch"]' in RUN_STAGE  # no shell that would keep the signal


def test_the_image_installs_nothing_without_a_hash():
    installs = re.findall(r"pip install [^\n\\]+", DOCKERFILE)
    assert len(installs) == 3
    assert all("--require-hashes" in line or "--no-index" in line for line in installs)
    assert "pip " not in RUN_STAGE


def test_the_health_check_of_the_image_is_a_command_of_the_program():
    words = re.search(r'^\s+CMD \["coalition-watch", "([a-z]+)"\]$', RUN_STAGE, re.MULTILINE)
    assert words
    assert command_of([words[1]])[1] == []


def test_the_image_writes_only_to_its_volume():
    volume = re.search(r"^VOLUME (\S+)$", RUN_STAGE, re.MULTILINE)
    url = re.search(r"DATABASE_URL=(\S+)", RUN_STAGE)
    assert volume
    assert url
    assert is_database_url(url[1])
    assert url[1].startswith(f"sqlite:///{volume[1]}/")


def test_everything_the_image_copies_is_there_and_let_through():
    ignore = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert ignore[0] == "*"
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists()
            assert f"!{source}" in ignore


def test_the_manifests_take_away_what_the_worker_does_not_need():
    path = ROOT / "deploy/kubernetes/base/deployment.yaml"
    spec = yaml.safe_load(path.read_text("utf-8"))["spec"]
    assert (spec["replicas"], spec["strategy"]["type"]) == (1, "Recreate")
    pod = spec["template"]["spec"]
    user = re.search(r"^USER (\d+)", RUN_STAGE, re.MULTILINE)
    assert user
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["runAsUser"] == int(user[1])
    assert pod["terminationGracePeriodSeconds"] >= 30
    (container,) = pod["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["path"] in PROBES


def test_the_systemd_unit_starts_a_command_and_gives_it_time_to_end():
    unit = (ROOT / "deploy/systemd/coalition-watch.service").read_text("utf-8")
    started = re.search(r"^ExecStart=\S+/coalition-watch (\w+)$", unit, re.MULTILINE)
    assert started
    assert command_of([started[1]])[1] == []
    for line in ("DynamicUser=yes", "ProtectSystem=strict", "TimeoutStopSec=30"):
        assert f"\n{line}\n" in unit


def test_the_package_brings_all_that_it_reads_when_it_runs(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    read = [path for path in (ROOT / "worker").rglob("*") if path.suffix in (".tsv", ".j2", ".txt")]
    assert len(read) > 50
    assert {str(path.relative_to(ROOT)) for path in read} <= packed
    assert {f"worker/seeds/{path.name}" for path in (ROOT / "seeds").iterdir()} <= packed


def test_the_changelog_tells_of_the_present_version():
    latest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert latest
    assert latest[1] == PYPROJECT["project"]["version"]
