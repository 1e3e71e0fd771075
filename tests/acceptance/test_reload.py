"""SIGHUP on the real program: a new configuration holds as a whole, a wrong one not at all."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.running import running
from tests.integration.desk import write_config
from tests.integration.newsroom import Press, Receiver, publishing, receiving

PLEDGE = (
    "{who} will deploy {number} troops as part of a multinational force in Ukraine, the prime "
    "minister said after a meeting of the coalition of the willing."
)
OWN_TABLE = (
    "code\tkind\tpattern\texample\tcounter\n"
    "SE\tstate\tfjordmark\tFjordmark will send ships.\tThe fleet of nobody sailed.\n"
)


@pytest.fixture
def press() -> Iterator[Press]:
    with publishing(Press()) as made:
        made.add("daily", "Norway pledges troops", PLEDGE.format(who="Norway", number="2,000"))
        made.add("evening", "Fjordmark pledges", PLEDGE.format(who="Fjordmark", number="900"))
        made.add("never", "Poland pledges", PLEDGE.format(who="Poland", number="700"))
        yield made


def only(config: Path, press: Press, feeds: tuple[str, ...], hooks: dict[str, str]) -> None:
    """Write the configuration anew with some of the feeds."""
    write_config(config, press, hooks, route={"group_wait": 0})
    path = config / "feeds.yaml"
    listed = json.loads(path.read_text("utf-8"))["feeds"]
    path.write_text(json.dumps({"feeds": [feed for feed in listed if feed["id"] in feeds]}))


def test_sighup_takes_a_right_configuration_over_whole_and_refuses_a_wrong_one_whole(
    tmp_path: Path, press: Press
) -> None:
    config = tmp_path / "config"
    with receiving(Receiver()) as first, receiving(Receiver()) as second:
        only(config, press, ("daily",), {"first": first.url})
        with running(config) as worker:
            worker.wait_for(lambda: first.alerts)

            # A new feed, a word that only an own table knows, another receiver: all in one.
            only(config, press, ("daily", "evening"), {"first": first.url, "second": second.url})
            (config / "lexicon" / "en").mkdir(parents=True)
            (config / "lexicon" / "en" / "actors.tsv").write_text(OWN_TABLE)
            worker.signal(signal.SIGHUP)
            told = worker.wait_for(lambda: second.alerts)
            assert [(alert["actor"], alert["measure"]) for alert in told] == [("SE", "troops")]
            worker.wait_for(lambda: "SE" in [alert["actor"] for alert in first.alerts])
            (event,) = worker.events("config.reloaded")
            assert (event["feeds"], event["channels"]) == (2, ["first", "second"])

            # One wrong route: neither it nor the right new feed beside it holds.
            only(config, press, ("daily", "evening", "never"), {"first": first.url})
            (config / "routes.yaml").write_text("route: {channels: [nobody]}")
            (config / "lexicon" / "en" / "actors.tsv").write_text("code\tkind\n")
            worker.signal(signal.SIGHUP)
            (refused,) = worker.wait_for(lambda: worker.events("config.refused"))
            assert "unknown channel 'nobody'" in " ".join(refused["problems"])
            time.sleep(2.5)  # two ticks
            assert press.asked["/never.xml"] == 0

            # A wrong table alone is refused as well.
            only(config, press, ("daily", "evening", "never"), {"first": first.url})
            worker.signal(signal.SIGHUP)
            worker.wait_for(lambda: len(worker.events("config.refused")) == 2)
            assert "actors.tsv" in " ".join(worker.events("config.refused")[1]["problems"])
            assert press.asked["/never.xml"] == 0

            # Mended, it holds, and the same process has worked all the time.
            (config / "lexicon" / "en" / "actors.tsv").write_text(OWN_TABLE)
            worker.signal(signal.SIGHUP)
            worker.wait_for(lambda: "PL" in [alert["actor"] for alert in first.alerts])
            assert "PL" not in [alert["actor"] for alert in second.alerts]
            worker.signal(signal.SIGTERM)
            assert worker.process.wait(timeout=30) == 0


@pytest.mark.postgres
def test_a_worker_on_postgresql_reloads_as_well(
    tmp_path: Path, press: Press, postgres_url: str
) -> None:
    config = tmp_path / "config"
    with receiving(Receiver()) as first:
        only(config, press, ("daily",), {"first": first.url})
        with running(config, {"DATABASE_URL": postgres_url}) as worker:
            worker.wait_for(lambda: "NO" in [alert["actor"] for alert in first.alerts])
            only(config, press, ("daily", "never"), {"first": first.url})
            worker.signal(signal.SIGHUP)
            worker.wait_for(lambda: "PL" in [alert["actor"] for alert in first.alerts])
            assert len(worker.events("config.reloaded")) == 1


def test_what_only_a_restart_changes_is_named(tmp_path: Path, press: Press) -> None:
    config = tmp_path / "config"
    with receiving(Receiver()) as first:
        only(config, press, ("daily",), {"first": first.url})
        with running(config) as worker:
            worker.wait_for(lambda: first.alerts)
            settings = json.loads((config / "settings.yaml").read_text("utf-8"))
            settings["worker"] |= {"tick": "2s", "look_back_hours": 24}
            (config / "settings.yaml").write_text(json.dumps(settings))
            worker.signal(signal.SIGHUP)
            (event,) = worker.wait_for(lambda: worker.events("config.restart_needed"))
            assert event["keys"] == ["worker.tick"]
