"""Configuration: defaults that work, and every mistake named with file, line, key and remedy."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path

import pytest
import yaml

from worker.core.alerting import Policy
from worker.errors import ConfigError
from worker.model import ChangeKind, Measure, Severity
from worker.settings import (
    ConsoleChannel,
    EmailChannel,
    SecretRef,
    SlackChannel,
    channel_secrets,
    load_settings,
    reading,
    resolve_secret,
)

REPOSITORY = Path(__file__).parents[2]


def configure(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def mistakes(folder: Path, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load_settings(folder, environ or {})
    return [line.replace(f"{folder}/", "") for line in str(error.value).splitlines()]


def test_the_bundled_configuration_loads_and_prints_to_the_console() -> None:
    settings = load_settings(REPOSITORY / "config", {})
    assert [type(channel) for channel in settings.channels] == [ConsoleChannel]
    assert settings.route.channels == ("console",)
    assert settings.worker.look_back_hours == 48
    assert settings.alerts.background_days == 14


def test_the_bundled_files_write_out_the_defaults(tmp_path: Path) -> None:
    bundled, empty = load_settings(REPOSITORY / "config", {}), load_settings(tmp_path, {})
    assert bundled.worker == empty.worker
    assert bundled.database == empty.database
    assert bundled.alerts.policy() == empty.alerts.policy() == Policy()


def test_database_url_of_the_environment_wins(tmp_path: Path) -> None:
    configure(tmp_path, settings="database: {url: 'sqlite:///a.db'}")
    assert load_settings(tmp_path, {}).database.url == "sqlite:///a.db"
    environ = {"DATABASE_URL": "postgresql://u:planted-secret@h/d"}
    settings = load_settings(tmp_path, environ)
    assert settings.database.url == environ["DATABASE_URL"]
    assert "planted-secret" not in repr(settings)


def test_a_database_of_another_kind_is_refused(tmp_path: Path) -> None:
    assert mistakes(tmp_path, {"DATABASE_URL": "mysql://h/d"}) == [
        "DATABASE_URL: must be a sqlite:/// or postgresql:// address"
    ]


def test_a_database_password_in_a_file_is_refused_without_repeating_it(tmp_path: Path) -> None:
    configure(tmp_path, settings="database:\n  url: postgresql://u:planted-secret@h/d\n")
    (line,) = mistakes(tmp_path)
    assert line.startswith("settings.yaml:2: database.url: an address with a password is never")
    assert "planted-secret" not in line


def test_all_mistakes_of_all_files_are_told_in_one_run(tmp_path: Path) -> None:
    configure(
        tmp_path,
        settings="worker:\n  concurency: 3\n  tick: soon\nworker:\n  concurrency: 0\n",
        channels="channels:\n  - {name: a, type: console}\n  - {name: a, type: console}\n",
        routes="route:\n  channels: [b]\n  match: {actor: [NO, Norway], measure: boats}\n",
        alerts="alerts:\n  severity: {medium: 5}\n",
        feeds="feeds:\n  - {id: x, url: nope, title: X, language: de, country: NO, kind: wires}\n",
    )
    found = mistakes(tmp_path)
    assert [re.sub(r"(.*?:\d+: \S+): .*", r"\1", line) for line in found] == [
        "settings.yaml:4: worker",
        "settings.yaml:5: worker.concurrency",
        "routes.yaml:3: route.match.actor[1]",
        "routes.yaml:3: route.match.measure[0]",
        "alerts.yaml:2: alerts.severity",
        "feeds.yaml:2: feeds[0].url",
        "feeds.yaml:2: feeds[0].kind",
        "channels.yaml:3: channels[1].name",
    ]


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("settings", "worker: {concurency: 3}", "did you mean concurrency?"),
        ("settings", "worker: {concurrency: true}", "must be a whole number"),
        ("settings", "worker: {tick: 5}", "must be a duration"),
        ("settings", "worker: 3", "must be a section of keys"),
        ("settings", "- 1", "must be a section of keys"),
        ("settings", "worker: [", "not valid YAML"),
        ("settings", "worker: {network: {allow_addresses: [moon]}}", "must be an IP address"),
        ("settings", "lexicon: {dirs: [nowhere]}", "no folder"),
        ("settings", "a: &a [*a]", "not valid YAML"),
        (
            "channels",
            "channels: [{name: a, type: fax}]",
            "one of: slack, email, webhook, apprise, console",
        ),
        ("channels", "channels: [{name: a}]", "type is missing; allowed: slack, email"),
        ("channels", "channels: [{name: A, type: console}]", "small letters"),
        ("channels", "channels: [{name: a, type: console, colour: 1}]", "allowed: enabled, langu"),
        (
            "channels",
            "channels: [{name: a, type: webhook, signing_secret: 'env:X'}]",
            "exactly one",
        ),
        ("routes", "route: {quiet_hours: {start: 25:00, end: 06:00}}", "a time of day such as"),
        ("routes", "route: {digest: {timezone: Mars/Base}}", "must be a time zone"),
        ("routes", "route: {max_per_hour: 0}", "must be greater than or equal to 1"),
        ("routes", "route: {routes: [{match: {kind: gone}}]}", "must be one of: new_pledge"),
        ("alerts", "alerts: {min_severity: loud}", "one of: low, medium, high, critical"),
        ("feeds", "feeds: [{id: x}]", "feeds[0].url: missing"),
        ("extra", "", "unknown file; allowed: settings.yaml"),
    ],
)
def test_a_mistake_names_what_is_allowed(tmp_path: Path, file: str, text: str, told: str) -> None:
    found = mistakes(configure(tmp_path, **{file: text}))
    assert any(told in line and line.startswith(f"{file}.yaml") for line in found), found


def test_an_unreadable_file_is_a_mistake_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_bytes(b"worker: \xff\xfe")
    assert mistakes(tmp_path) == ["settings.yaml: not UTF-8 text (byte 8)"]


def test_a_missing_configuration_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nowhere: no such configuration folder"):
        load_settings(tmp_path / "nowhere", {})


def test_norway_and_unquoted_times_mean_what_they_say(tmp_path: Path) -> None:
    configure(
        tmp_path,
        channels="channels: [{name: c, type: console}]",
        routes=(
            "route:\n  channels: c\n  match: {actor: NO, measure: [troops, air], kind: withdrawn}\n"
            "  group_wait: 1m30s\n"
            "  quiet_hours: {start: 22:00, end: 06:30, timezone: Europe/Berlin}\n"
            "  routes:\n    - {name: x, match: {severity: high}, continue: true}\n"
        ),
    )
    route = load_settings(tmp_path, {}).route
    assert route.match.actor == ("NO",)
    assert route.match.measure == (Measure.TROOPS, Measure.AIR)
    assert route.match.kind == (ChangeKind.WITHDRAWN,)
    assert route.group_wait == timedelta(seconds=90)
    assert route.quiet_hours is not None
    assert (route.quiet_hours.start, route.quiet_hours.end) == (time(22), time(6, 30))
    assert route.routes[0].match.severity == (Severity.HIGH,)
    assert route.routes[0].continue_


def test_a_secret_written_out_is_refused_without_repeating_it(tmp_path: Path) -> None:
    hook = "https://hooks.slack.example/planted-secret"
    configure(tmp_path, channels=f"channels:\n  - {{name: s, type: slack, webhook_url: '{hook}'}}")
    (line,) = mistakes(tmp_path)
    assert "env:NAME" in line
    assert "planted-secret" not in line


def test_secrets_come_from_the_environment_or_a_file_and_never_show(tmp_path: Path) -> None:
    kept = tmp_path / "secret"
    kept.write_text("planted-secret\n")
    for ref in (SecretRef.parse("env:HOOK"), SecretRef.parse(f"file:{kept}")):
        secret = resolve_secret(ref, {"HOOK": "planted-secret"})
        assert secret.get_secret_value() == "planted-secret"
        assert "planted" not in f"{secret!r}{secret}{ref!r}"


@pytest.mark.parametrize("text", ["env:MISSING", "env:EMPTY", "file:/nowhere/at/all", "env:TWO"])
def test_a_missing_or_broken_secret_is_named_by_its_reference(text: str) -> None:
    with pytest.raises(ConfigError, match=f"^secret {text}: ") as error:
        resolve_secret(SecretRef.parse(text), {"EMPTY": " ", "TWO": "planted\nsecret"})
    assert "planted" not in str(error.value)


def test_a_channel_lists_the_secrets_it_needs(tmp_path: Path) -> None:
    configure(
        tmp_path,
        channels=(
            "channels:\n"
            "  - {name: s, type: slack, webhook_url: env:HOOK}\n"
            "  - {name: m, type: email, host: h, sender: a@b.org, to: c@d.org,\n"
            "     username: env:U, password: env:P}\n"
        ),
    )
    settings = load_settings(tmp_path, {})
    slack, email = settings.channels
    assert isinstance(slack, SlackChannel)
    assert channel_secrets(slack) == {"webhook_url": SecretRef("env", "HOOK")}
    assert isinstance(email, EmailChannel)
    assert email.to == ("c@d.org",)
    assert set(channel_secrets(email)) == {"username", "password"}


def test_a_password_is_not_sent_in_the_clear(tmp_path: Path) -> None:
    configure(
        tmp_path,
        channels=(
            "channels:\n  - {name: m, type: email, host: h, sender: a@b.org, to: [c@d.org],\n"
            "     security: none, username: env:U, password: env:P}\n"
        ),
    )
    assert "never sent unencrypted" in mistakes(tmp_path)[0]


def test_asking_for_an_unknown_channel_names_those_there_are(tmp_path: Path) -> None:
    configure(tmp_path, channels="channels: [{name: desk, type: console}]")
    settings = load_settings(tmp_path, {})
    assert settings.channel("desk").type == "console"
    with pytest.raises(ConfigError, match="no channel named 'x'; there are: desk"):
        settings.channel("x")


def test_own_lexicon_tables_beside_the_settings_are_read_unasked(tmp_path: Path) -> None:
    (tmp_path / "lexicon").mkdir()
    (tmp_path / "more").mkdir()
    configure(tmp_path, settings="lexicon: {dirs: [more, lexicon]}")
    assert load_settings(tmp_path, {}).lexicon_dirs == (tmp_path / "lexicon", tmp_path / "more")


def test_weights_and_bounds_of_alerts_become_the_policy(tmp_path: Path) -> None:
    configure(
        tmp_path,
        alerts=(
            "alerts:\n  min_severity: high\n  update_days: 5\n"
            "  severity: {measure_weights: {troops: 3}, actor_weights: {NO: 2}, critical: 9}\n"
        ),
    )
    policy = load_settings(tmp_path, {}).alerts.policy()
    assert (policy.min_severity, policy.update_days) == (Severity.HIGH, 5)
    assert policy.weights[Measure.TROOPS] == 3
    assert policy.weights[Measure.AIR] == Policy().weights[Measure.AIR]
    assert policy.actor_weights["NO"] == 2
    assert policy.thresholds[Severity.CRITICAL] == 9


def test_outlets_of_one_house_are_grouped_by_feeds_and_by_hand(tmp_path: Path) -> None:
    feed = "url: 'https://www.news.daily.example/rss', language: en, country: GB"
    configure(
        tmp_path,
        feeds=(
            "feeds:\n"
            f"  - {{id: a, title: The Daily, {feed}, kind: press, publisher_group: house}}\n"
            f"  - {{id: b, title: Search, {feed}, kind: search, publisher_group: nobody}}\n"
        ),
        origins="groups: {house: [Evening Example, evening.example]}",
    )
    assert load_settings(tmp_path, {}).publisher_groups == {
        "the daily": "house",
        "news.daily.example": "house",
        "daily.example": "house",
        "evening example": "house",
        "evening.example": "house",
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only\n",
        "null",
        "a: 1\nb: {c: d}\na: 2\n",
        "- 1\n- [a, {b: c, b: d}]\n",
        "x: NO\ny: 22:00\nz: 2026-01-01\n1: a\nn: ~\nt: 'true'\nu: true\n",
        "? x\n: y\n- broken",
        "- - - a\n    - b\n",
        "a: |\n  x\n  y\nb: 'ü'\n",
        "a: [1\n",
        "a: &x {b: 1}\nc: *x\n",
        "a: !!str 1\n",
        "---\na: 1\n---\nb: 2\n",
        "? [a]\n: b\n",
    ],
)
def test_a_document_read_in_one_pass_is_that_of_its_tree(text: str) -> None:
    path, told = Path("x.yaml"), []
    for read in (reading._streamed, reading._document):
        loader = reading._Loader(text)
        try:
            told.append(read(path, loader))
        except reading._NotPlainError:
            assert any(mark in text for mark in ("&", "!!", "---", "? ["))
            return
        except yaml.YAMLError as error:
            told.append(str(error))
    assert told[0] == told[1]
