"""Commands on channels and alerts: marked tests, signed webhooks, previews a browser opens."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.acceptance.test_command_line import Outcome, Program, program
from tests.integration.newsroom import Receiver, receiving
from tests.samples import sample_alert
from worker.adapters.store import Store
from worker.core.alerting import AlertState
from worker.core.views import Verdict

__all__ = ["program"]
KEY = "whsec_" + base64.b64encode(b"k" * 32).decode()
ALERT = sample_alert()


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiving(Receiver()) as receiver:
        yield receiver


@pytest.fixture
def config(tmp_path: Path, hook: Receiver, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "key").write_text(f"{KEY}\n")
    (tmp_path / "channels.yaml").write_text(
        "channels:\n"
        f"  - {{name: partner, type: webhook, url: '{hook.url}', signing_secret: 'file:{tmp_path}/key'}}\n"
        "  - {name: here, type: console, language: de}\n"
        "  - {name: desk, type: email, host: 127.0.0.1, port: 9, sender: a@b.org, to: c@d.org,"
        " security: none, language: de}\n"
    )
    return tmp_path


@pytest.fixture
def stored(tmp_path: Path, program: Program) -> None:
    """One alert in the program's database."""
    store = Store(f"sqlite:///{tmp_path}/watch.db")
    state = AlertState(ALERT, ALERT.change.kind, frozenset({"o"}), ("r",))
    store.ledger.apply(Verdict(states=(state,), alerts=(ALERT,)), datetime.now(UTC))
    store.close()


def test_a_webhook_is_sent_a_test_that_no_receiver_takes_for_an_alert(
    program: Program,
    config: Path,
    hook: Receiver,
) -> None:
    outcome = program("webhooks", "test", "--config", config)
    assert (outcome.code, outcome.errors) == (0, ["partner: ok"])
    (body,) = hook.bodies
    assert body["type"] == "coalition_watch.test"
    assert body["data"]["title"] == "[TEST] Coalition Watch: Test message (partner)"
    assert hook.ids[0].startswith("test-")


def test_webhooks_test_names_a_channel_that_is_none(program: Program, config: Path) -> None:
    outcome = program("webhooks", "test", "here", "--config", config)
    assert outcome.code == 2
    assert "channel here is of type console, not webhook" in outcome.err


def test_a_failing_channel_is_named_and_the_others_are_tried(
    program: Program, config: Path
) -> None:
    outcome = program("channels", "test", "--config", config)
    assert outcome.code == 1
    assert outcome.errors[:2] == ["partner: ok", "here: ok"]
    assert outcome.errors[2].startswith("desk: connection failed")


def test_a_new_key_is_one_that_a_webhook_takes(program: Program) -> None:
    first, second = (program("webhooks", "key").out.strip() for _ in range(2))
    assert first != second
    assert len(base64.b64decode(first.removeprefix("whsec_"))) == 32


def render(program: Program, config: Path, *more: str) -> Outcome:
    return program("alerts", "render", ALERT.id[:8], *more, "--config", config)


@pytest.mark.usefixtures("stored")
def test_an_alert_is_shown_as_a_channel_or_a_kind_of_channel_gets_it(
    program: Program,
    config: Path,
) -> None:
    assert "Frankreich · Bodentruppen" in render(program, config, "--channel", "here").out
    assert "France · ground troops" in render(program, config).out
    (slack,) = render(program, config, "--channel", "slack").lines
    assert slack["blocks"][0]["type"] == "header"
    (apprise,) = render(program, config, "--channel", "apprise", "--language", "de").lines
    assert apprise["title"] == "🇫🇷 Frankreich · Bodentruppen: neue Zusage"


@pytest.mark.usefixtures("stored")
def test_a_mail_is_written_as_a_page_and_opened_in_a_browser(
    program: Program,
    config: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = tmp_path / "mail.html"
    assert render(program, config, "--channel", "desk", "--out", str(page)).code == 0
    assert '<html lang="de">' in page.read_text("utf-8")
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert render(program, config, "--channel", "email", "--open").code == 0
    assert opened[0].startswith("file://")
    assert ["France", "ground troops"][1] in Path(opened[0][7:]).read_text("utf-8")


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            ["--channel", "fax"],
            "no channel named 'fax'; there are: partner, here, desk; or a kind: console",
        ),
        (["--channel", "slack", "--open"], "only a mail has a page"),
        (["--language", "fr"], "--language fr: must be one of: en, de"),
    ],
)
def test_what_cannot_be_shown_is_one_clear_line(
    program: Program,
    config: Path,
    more: list[str],
    told: str,
) -> None:
    outcome = render(program, config, *more)
    assert (outcome.code, len(outcome.errors)) == (2, 1)
    assert told in outcome.err


@pytest.mark.usefixtures("stored")
def test_what_is_written_for_other_channels_is_json(
    program: Program,
    config: Path,
    tmp_path: Path,
) -> None:
    file = tmp_path / "body.json"
    render(program, config, "--channel", "partner", "--out", str(file))
    assert json.loads(file.read_text("utf-8"))["data"]["alerts"][0]["alert_id"] == ALERT.id


@pytest.mark.usefixtures("stored")
def test_a_route_has_its_feed_in_its_language_and_a_file_that_is_replaced_whole(
    program: Program,
    config: Path,
    tmp_path: Path,
) -> None:
    (config / "routes.yaml").write_text(
        "route:\n  channels: here\n  routes:\n"
        "    - {name: paris, match: {actor: FR}, language: de}\n"
        "    - {name: north, match: {actor: [NO, SE]}}\n"
    )
    file = tmp_path / "paris.atom"
    options = ("--out", file, "--url", "https://watch.example/paris.atom", "--config", config)
    outcome = program("alerts", "feed", "--route", "paris", *options)
    assert (outcome.code, outcome.errors) == (0, [f"1 alerts written to {file}"])
    text = file.read_text("utf-8")
    assert "Frankreich · Bodentruppen: neue Zusage" in text
    assert 'href="https://watch.example/paris.atom"' in text
    assert [p.name for p in tmp_path.glob("*paris*")] == ["paris.atom"]
    (north,) = program(
        "alerts", "feed", "--route", "north", "--format", "json", "--config", config
    ).lines
    assert north["items"] == []


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("match", "count"),
    [(["actor=FR,DE"], 1), (["actor=DE"], 0), (["severity=high", "measure=troops"], 1), ([], 1)],
)
def test_a_feed_holds_what_fits_all_labels_given(
    program: Program,
    config: Path,
    match: list[str],
    count: int,
) -> None:
    (feed,) = program("alerts", "feed", *match, "--format", "json", "--config", config).lines
    assert len(feed["items"]) == count


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--route", "nowhere"], "no route of that name; there are: default"),
        (["colour=red"], "must be LABEL=VALUE"),
        (["--language", "fr"], "must be one of: en, de"),
    ],
)
def test_a_feed_of_what_there_is_not_is_one_clear_line(
    program: Program,
    config: Path,
    arguments: list[str],
    told: str,
) -> None:
    outcome = program("alerts", "feed", *arguments, "--config", config)
    assert (outcome.code, len(outcome.errors)) == (2, 1)
    assert told in outcome.err
