"""Every setting by environment as by file, and a reference that says what the schemas say."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from worker.errors import ConfigError
from worker.settings import FILES, load_settings, reference
from worker.settings.environment import variable

ROOT = Path(__file__).parents[2]


def mistakes(folder: Path, environ: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load_settings(folder, environ)
    return str(error.value).splitlines()


def test_a_variable_overrides_its_key_and_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("worker: {tick: 7s, polling: {interval: 3h}}")
    settings = load_settings(
        tmp_path,
        {
            "COALITION_WATCH_WORKER__POLLING__INTERVAL": "2h",
            "COALITION_WATCH_WORKER__CONCURRENCY": "3",
        },
    )
    assert settings.worker.polling.interval == timedelta(hours=2)
    assert settings.worker.concurrency == 3
    assert settings.worker.tick == timedelta(seconds=7)


def test_a_section_and_its_keys_may_be_set_together(tmp_path: Path) -> None:
    environ = {
        "COALITION_WATCH_WORKER": "{tick: 9s, concurrency: 2}",
        "COALITION_WATCH_WORKER__CONCURRENCY": "4",
    }
    worker = load_settings(tmp_path, environ).worker
    assert (worker.tick, worker.concurrency) == (timedelta(seconds=9), 4)


def test_lists_and_tables_are_yaml_on_one_line(tmp_path: Path) -> None:
    settings = load_settings(
        tmp_path,
        {
            "COALITION_WATCH_CHANNELS": "[{name: desk, type: slack, webhook_url: 'env:HOOK'}]",
            "COALITION_WATCH_ROUTE__CHANNELS": "desk",
            "COALITION_WATCH_FEEDS": "[{id: a, url: 'https://a.example/f', title: A, language: de,"
            " country: NO, kind: press}]",
            "COALITION_WATCH_ALERTS__SEVERITY__ACTOR_WEIGHTS": "{NO: 2}",
            "COALITION_WATCH_GROUPS": "{house: [a.example]}",
        },
    )
    assert settings.channel("desk").name == "desk"
    assert settings.route.channels == ("desk",)
    assert settings.feeds[0].country == "NO"
    assert settings.alerts.severity.actor_weights == {"NO": 2}
    assert settings.publisher_groups["a.example"] == "house"


def test_a_mistake_names_the_variable_and_the_others_are_found_too(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        {
            "COALITION_WATCH_WORKER__TICK": "soon",
            "COALITION_WATCH_WORKER__TCK": "5s",
            "COALITION_WATCH_WORKR__TICK": "5s",
            "COALITION_WATCH_ROUTE": "{",
            "COALITION_WATCH_CHANNELS": "[{name: a, type: slack, webhook_url: planted-secret}]",
        },
    )
    text = "\n".join(found)
    assert "environment variable COALITION_WATCH_WORKER__TICK: worker.tick: must be a dur" in text
    assert "COALITION_WATCH_WORKER__TCK: worker.tck: unknown key (did you mean tick?)" in text
    assert "COALITION_WATCH_WORKR__TICK: sets nothing; allowed: COALITION_WATCH_ALERTS" in text
    assert "environment variable COALITION_WATCH_ROUTE: not valid YAML" in text
    assert "COALITION_WATCH_CHANNELS: channels[0].webhook_url: a secret is never written" in text
    assert "planted-secret" not in text
    assert len(found) == 5


def test_the_variables_of_a_service_link_set_nothing_and_stop_nothing(tmp_path: Path) -> None:
    environ = {
        "COALITION_WATCH_PORT": "tcp://10.0.0.1:80",
        "COALITION_WATCH_SERVICE_HOST": "10.0.0.1",
        "COALITION_WATCH_PORT_80_TCP_ADDR": "10.0.0.1",
        "COALITION_WATCH_CONFIG": "config",
    }
    assert load_settings(tmp_path, environ) == load_settings(tmp_path, {})


def test_a_variable_that_a_file_names_as_a_secret_sets_nothing(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("web: {token: 'env:COALITION_WATCH_TOKEN'}")
    web = load_settings(tmp_path, {"COALITION_WATCH_TOKEN": "{planted"}).web
    assert str(web.token) == "env:COALITION_WATCH_TOKEN"


def test_every_plain_key_can_be_set_by_the_variable_that_the_reference_names(
    tmp_path: Path,
) -> None:
    named = [one for schema in FILES.values() for one in reference.settings_of(schema)]
    asked = [one for one in named if one.variable]
    assert len(asked) > 50
    for one in asked:
        found = mistakes(tmp_path, {one.variable: "{{no: value}: x}"})
        assert found == [f"environment variable {one.variable}: not valid YAML"]
        found = mistakes(tmp_path, {one.variable: "{no-such-key: {no: value}}"})
        own = f"environment variable {one.variable}: {one.path}"
        assert [line for line in found if line.startswith(own)], found


def test_the_reference_in_the_guide_is_the_one_of_the_code() -> None:
    page = (ROOT / "docs/configuration.md").read_text("utf-8")
    assert reference.written_into(page) == page, "run `make reference`"


def test_a_variable_is_the_key_in_capitals() -> None:
    assert variable(["worker", "tick"]) == "COALITION_WATCH_WORKER__TICK"
