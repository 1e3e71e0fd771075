"""Silence where there was talk is told; quiet that is usual is not."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from worker.core.blindspots import Pulse, Reading, Tally, Watch, blind_spots
from worker.core.clocks import Digest
from worker.core.heartbeat import heartbeat_words, heartbeats
from worker.core.routing import Route

READ = {"de": Tally(200, 4000)}


def subjects(pulse: Pulse, watch: Watch | None = None) -> list[str]:
    return [spot.subject for spot in blind_spots(pulse, watch or Watch())]


@pytest.mark.parametrize(
    ("pulse", "told"),
    [
        (Pulse(), []),
        (Pulse(languages=READ, actors={"DE": Tally(0, 5), "FR": Tally(0, 4)}), ["actor:DE"]),
        (Pulse(languages=READ, actors={"DE": Tally(1, 500)}), []),
        (Pulse(languages=READ | {"pl": Tally(0, 10), "fr": Tally(0, 9)}), ["language:pl"]),
        (Pulse(languages={"de": Tally(0, 4000)}, actors={"DE": Tally(0, 50)}), ["everything"]),
        (Pulse(languages={"de": Tally(0, 9)}, actors={"DE": Tally(0, 50)}), []),
        (Pulse(languages=READ, claims=Reading(Tally(20, 50), Tally(7, 50))), ["claims"]),
        (Pulse(languages=READ, claims=Reading(Tally(20, 50), Tally(8, 50))), []),
        (Pulse(languages=READ, claims=Reading(Tally(19, 50), Tally(0, 50))), []),
        (
            Pulse(languages=READ, stubs={"blatt": Reading(Tally(10, 40), Tally(8, 16))}),
            ["stubs:blatt"],
        ),
        (Pulse(languages=READ, stubs={"blatt": Reading(Tally(10, 40), Tally(8, 17))}), []),
        (Pulse(languages=READ, stubs={"blatt": Reading(Tally(10, 40), Tally(7, 0))}), []),
    ],
)
def test_what_is_a_blind_spot_and_what_is_only_quiet(pulse: Pulse, told: list[str]) -> None:
    assert subjects(pulse) == told


def test_a_blind_spot_is_told_with_its_figures() -> None:
    (fall,) = blind_spots(
        Pulse(languages=READ, claims=Reading(Tally(40, 100), Tally(10, 150))), Watch()
    )
    assert fall.told.startswith("0.25 claims an article in the last 3 days, 1.50 before")


DAILY = Digest("day", time(8, 0), timezone=ZoneInfo("Europe/Berlin"))
TREE = Route(
    channels=("desk",),
    alive=DAILY,
    routes=(Route(name="north", channels=("north",)), Route(name="south", alive=DAILY)),
)


@pytest.mark.parametrize(
    ("now", "routes"),
    [
        ("2026-02-03T06:59:59+00:00", []),
        ("2026-02-03T07:00:00+00:00", ["default", "south"]),
        ("2026-02-03T12:59:59+00:00", ["default", "south"]),
        ("2026-02-03T13:00:00+00:00", []),
    ],
)
def test_a_heartbeat_is_due_at_its_hour_for_the_routes_that_ask_for_one(
    now: str, routes: list[str]
) -> None:
    due = list(heartbeats(TREE, datetime.fromisoformat(now)))
    assert [beat.route for beat in due] == routes
    assert {beat.due_at for beat in due} <= {datetime(2026, 2, 3, 7, tzinfo=UTC)}
    assert {beat.channels for beat in due} <= {("desk",)}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (0, "alive: 1,204 read, 31 of them coverage, nothing changed"),
        (1, "alive: 1,204 read, 31 of them coverage, 1 alert was told here"),
        (3, "alive: 1,204 read, 31 of them coverage, 3 alerts were told here"),
    ],
)
def test_a_heartbeat_says_what_was_read_and_whether_anything_came_of_it(
    told: int, words: str
) -> None:
    assert heartbeat_words(1204, 31, told) == words
