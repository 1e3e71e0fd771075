"""What is deployed: each file is held by the tool of its field, and fits the program."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from worker.core.claims.lexicon import load_lexicon
from worker.settings import load_settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
BIN = Path(sys.executable).parent
RULES = DEPLOY / "prometheus" / "alerts.yaml"
#: The oldest and the newest Kubernetes that the manifests are held to.
VERSIONS = ("1.27", "1.33")


def tool(name: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed (Debian: {package})")
    return found


def told(*command: str | Path) -> str:
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def manifests() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(KUBERNETES.rglob("*.yaml")):
        for part in yaml.safe_load_all(path.read_text("utf-8")):
            yield str(path.relative_to(KUBERNETES)), part


def built(overlay: str) -> list[dict[str, Any]]:
    if shutil.which("kustomize"):
        text = told("kustomize", "build", KUBERNETES / overlay)
    else:
        text = told(
            tool("kubectl", "kubernetes-client, with kustomize"), "kustomize", KUBERNETES / overlay
        )
    return list(yaml.safe_load_all(text))


def of_kind(parts: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    (part,) = [part for part in parts if part["kind"] == kind]
    return part


def test_the_dockerfile_is_clean() -> None:
    assert told(BIN / "hadolint", "Dockerfile") == ""


def test_the_base_image_is_pinned_by_version() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    assert re.search(r"^ARG BASE=\S+/python:3\.\d+\.\d+-slim-\w+$", text, re.MULTILINE)
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == ["${BASE}", "${BASE}"]


@pytest.mark.parametrize("script", ["build.sh", "prove.sh"])
def test_the_scripts_of_the_image_are_shell(script: str) -> None:
    told("bash", "-n", DEPLOY / "image" / script)


def test_the_bill_of_materials_names_every_package_that_is_installed(tmp_path: Path) -> None:
    told(
        BIN / "cyclonedx-py", "requirements", "requirements-run.lock", "-o", tmp_path / "sbom.json"
    )
    parts = json.loads((tmp_path / "sbom.json").read_text("utf-8"))["components"]
    pinned = re.findall(
        r"^([a-z0-9._-]+)==(\S+)", (ROOT / "requirements-run.lock").read_text("utf-8"), re.MULTILINE
    )
    assert {(part["name"], part["version"]) for part in parts} == set(pinned)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_fits_the_schemas_of_kubernetes(version: str) -> None:
    held = [
        (path, part)
        for path, part in manifests()
        if "kustomize" not in part["apiVersion"] and path.startswith("base/")
    ]
    assert len(held) == 7
    for _, part in held:
        kubernetes_validate.validate(part, version, strict=True)


@pytest.mark.parametrize("overlay", ["base", "overlays/scaled"])
def test_what_kustomize_builds_fits_the_schemas_too(overlay: str) -> None:
    parts = built(overlay)
    for part in parts:
        kubernetes_validate.validate(part, VERSIONS[-1], strict=True)
    pod = of_kind(parts, "Deployment")["spec"]["template"]["spec"]
    claims = {part["metadata"]["name"] for part in parts if "Claim" in part["kind"]}
    used = {
        volume["persistentVolumeClaim"]["claimName"]
        for volume in pod["volumes"]
        if "persistentVolumeClaim" in volume
    }
    assert used == claims
    for container in [*pod["containers"], *pod.get("initContainers", [])]:
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        assert mounted <= {volume["name"] for volume in pod["volumes"]}
        assert container["image"] == "coalition-watch:0.1.0"


@pytest.mark.parametrize("under", ["base", "overlays/scaled"])
def test_the_lexicon_component_mounts_a_map_for_each_language(tmp_path: Path, under: str) -> None:
    shutil.copytree(KUBERNETES, tmp_path / "k")
    mine = tmp_path / "k" / "overlays" / "mine"
    mine.mkdir()
    overlay = {"resources": [f"../../{under}"], "components": ["../../components/lexicon"]}
    (mine / "kustomization.yaml").write_text(yaml.safe_dump(overlay))
    parts = built(str(mine))
    deployment = of_kind(parts, "Deployment")
    kubernetes_validate.validate(deployment, VERSIONS[-1], strict=True)
    pod = deployment["spec"]["template"]["spec"]
    (worker,) = [one for one in pod["containers"] if one["name"] == "worker"]
    environ = {one["name"]: one.get("value") for one in worker["env"]}
    assert ("DATABASE_URL" in environ) == (under == "overlays/scaled")
    (root,) = yaml.safe_load(environ["COALITION_WATCH_LEXICON__DIRS"])
    mounted = {mount["mountPath"] for mount in worker["volumeMounts"]}
    languages = {path.name for path in (ROOT / "worker" / "lexicon").iterdir() if path.is_dir()}
    assert {f"{root}/{language}" for language in languages} <= mounted
    maps = {one["configMap"]["name"] for one in pod["volumes"] if one["name"][:8] == "lexicon-"}
    assert maps == {f"coalition-watch-lexicon-{language}" for language in languages}


def test_a_lexicon_is_read_from_folders_as_the_kubelet_writes_them(tmp_path: Path) -> None:
    """Each mounted map is links to a hidden folder; that of a language without a map is empty."""
    hidden = tmp_path / "lexicon" / "de" / "..2026_02_03"
    hidden.mkdir(parents=True)
    (tmp_path / "lexicon" / "fr").mkdir()
    row = "DE\tinstitution\tPusemuckelamt\tdas Pusemuckelamt\tdas Amt\n"
    (hidden / "actors.tsv").write_text(f"code\tkind\tpattern\texample\tcounter\n{row}")
    (hidden.parent / "..data").symlink_to(hidden.name)
    (hidden.parent / "actors.tsv").symlink_to("..data/actors.tsv")
    environ = {"COALITION_WATCH_LEXICON__DIRS": f"[{tmp_path / 'lexicon'}]"}
    dirs = load_settings(ROOT / "config", environ).lexicon_dirs
    rows = {language: len(load_lexicon(language, dirs).rows) for language in ("de", "fr")}
    own = {language: len(load_lexicon(language).rows) for language in ("de", "fr")}
    assert rows == {"de": own["de"] + 1, "fr": own["fr"]}


def test_the_scaled_overlay_has_several_workers_and_its_address_from_a_secret() -> None:
    parts = built("overlays/scaled")
    spec = of_kind(parts, "Deployment")["spec"]
    assert spec["replicas"] >= 2
    budget = of_kind(parts, "PodDisruptionBudget")["spec"]
    assert budget["maxUnavailable"] < spec["replicas"]
    pod = spec["template"]["spec"]
    for container in [*pod["containers"], *pod["initContainers"]]:
        (address,) = container["env"]
        assert address["name"] == "DATABASE_URL"
        assert set(address["valueFrom"]) == {"secretKeyRef"}
    ports = [
        port["port"]
        for rule in of_kind(parts, "NetworkPolicy")["spec"]["egress"]
        for port in rule["ports"]
    ]
    assert 5432 in ports
    assert 53 in ports


def test_no_manifest_and_no_compose_file_holds_a_secret_or_lets_settings_slip_in() -> None:
    for _, part in manifests():
        assert part["kind"] != "Secret"
        if (
            part["kind"] == "Deployment"
            and "serviceAccountName" in part["spec"]["template"]["spec"]
        ):
            assert part["spec"]["template"]["spec"]["enableServiceLinks"] is False
    for path in (DEPLOY / "compose").glob("*.yaml"):
        text = path.read_text("utf-8")
        assert not re.search(r"://\w+:[^…\s@]+@", text)


@pytest.mark.parametrize("name", ["compose.yaml", "scaled.yaml"])
def test_the_compose_files_fit_the_image_and_the_settings(name: str, tmp_path: Path) -> None:
    services = yaml.safe_load((DEPLOY / "compose" / name).read_text("utf-8"))["services"]
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    mine = {k: one for k, one in services.items() if one["image"].startswith("coalition-watch")}
    assert mine
    for service in mine.values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["stop_grace_period"] == "30s"
        environ = {k: v.split(":-")[-1].rstrip("}") for k, v in service["environment"].items()}
        environ.pop("COALITION_WATCH_DATABASE__URL", None)
        load_settings(tmp_path, environ)  # every variable is a setting
        places = {place.split(":")[-1].removesuffix("ro") for place in service["volumes"]}
        assert places
        for port in service.get("ports", ()):
            host, _, inner = port.rpartition(":")
            assert host.startswith("127.0.0.1:")
            assert f"EXPOSE {inner}" in dockerfile


def test_the_unit_is_right_and_closed(tmp_path: Path) -> None:
    analyze = tool("systemd-analyze", "systemd")
    text = (DEPLOY / "systemd" / "coalition-watch.service").read_text("utf-8")
    unit = tmp_path / "coalition-watch.service"
    unit.write_text(text.replace("/opt/coalition-watch/bin/coalition-watch run", "/bin/true"))
    told(analyze, "verify", unit)
    exposure = told(analyze, "security", "--offline=yes", unit).splitlines()[-1]
    level = re.search(r"(\d+\.\d) OK", exposure)
    assert level, exposure
    assert float(level[1]) <= 2.0


def test_the_alert_rules_are_right_and_fire_when_they_should() -> None:
    promtool = tool("promtool", "prometheus")
    told(promtool, "check", "rules", RULES)
    told(promtool, "test", "rules", DEPLOY / "prometheus" / "tests.yaml")


def test_every_metric_in_a_rule_is_one_of_the_program() -> None:
    text = RULES.read_text("utf-8")
    named = set(re.findall(r"coalition_watch_[a-z_]+", text))
    source = (ROOT / "worker" / "web" / "metrics.py").read_text("utf-8")
    counts = re.findall(r'^    "(\w+)": \("', source, re.MULTILINE)
    known = set(re.findall(r"coalition_watch_[a-z_]+", source))
    known |= {f"coalition_watch_{name}" for name in counts}
    known |= {f"{name}_total" for name in known}
    assert len(named) > 5
    assert named <= known
    for rule in yaml.safe_load(text)["groups"][0]["rules"]:
        assert set(rule["annotations"]) == {"summary", "do"}


@pytest.mark.parametrize("place", ["compose", "kubernetes", "systemd"])
def test_every_way_to_deploy_has_steps_upgrades_and_a_way_back(place: str) -> None:
    page = (DEPLOY / place / "README.md").read_text("utf-8")
    for word in ("doctor", "## Upgrade", "## Rollback", "back"):
        assert word in page
