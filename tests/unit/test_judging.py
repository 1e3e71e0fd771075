"""Whatever the order and number of articles: one alert per change, and the same positions."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.ledger_language import Newsroom
from worker.core.alerting import Policy
from worker.core.compare import Reason
from worker.core.judging import judge_article
from worker.core.ledger import LedgerRecord, derive_position
from worker.core.replay import MemoryLedger, in_order, replay, timed
from worker.core.views import Verdict
from worker.model import Analysis, Article, Position, Slot

#: A shared machine may stall any one example.
UNHURRIED = settings(deadline=None, max_examples=100)
LATER = datetime(2026, 12, 31, tzinfo=UTC)
WORDS = st.builds(
    "{} {} {}{}{}{}".format,
    st.sampled_from(["DE", "FR"]),
    st.sampled_from(["troops", "air"]),
    st.sampled_from(["opposed", "ruled_out", "undecided", "open", "committed", "delivered"]),
    st.sampled_from(["", " 500 soldiers", " 900 soldiers", " 4 aircraft"]),
    st.sampled_from(["", " if ceasefire", " if mandate"]),
    st.sampled_from(["", " reported", " draft"]),
)


@st.composite
def coverage(draw: st.DrawFn) -> tuple[Newsroom, list[Article]]:
    """Up to eight articles of different days, by five outlets."""
    newsroom = Newsroom()
    days = draw(st.lists(st.integers(0, 120), min_size=1, max_size=8, unique=True))
    articles = [
        newsroom.article(
            (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)).date().isoformat(),
            draw(st.lists(WORDS, min_size=1, max_size=3, unique=True)),
            source=f"outlet{draw(st.integers(1, 5))}",
        )
        for day in days
    ]
    return newsroom, articles


def live(
    newsroom: Newsroom,
    articles: list[Article],
    ledger: MemoryLedger,
    now: datetime | None = None,
    **more: Any,
) -> list[Verdict]:
    verdicts = []
    clock = [(article, now) for article in articles] if now else timed(articles)
    for article, at in clock:
        assert at is not None
        analysis = newsroom.analyze(article)
        verdict = judge_article(article, analysis, view=ledger, now=at, **more)
        ledger.apply(verdict)
        verdicts.append(verdict)
    return verdicts


def positions(ledger: MemoryLedger) -> dict[str, Position | None]:
    return {str(slot): derive_position(ledger.records(slot)) for slot in ledger.slots()}


@UNHURRIED
@given(coverage(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_change_the_final_positions(
    told: tuple[Newsroom, list[Article]], order: random.Random
) -> None:
    newsroom, articles = told
    shuffled = list(articles)
    order.shuffle(shuffled)
    first, second = MemoryLedger(), MemoryLedger()
    live(newsroom, articles, first, LATER)
    live(newsroom, shuffled, second, LATER)
    assert positions(first) == positions(second)


@UNHURRIED
@given(coverage())
def test_an_article_read_twice_changes_nothing(told: tuple[Newsroom, list[Article]]) -> None:
    newsroom, articles = told
    ledger = MemoryLedger()
    live(newsroom, articles, ledger)
    before, states = positions(ledger), ledger.alerts()
    for verdict in live(newsroom, articles, ledger):
        assert (verdict.records, verdict.retracted, verdict.alerts, verdict.states) == ((),) * 4
        assert [s.reason for s in verdict.suppressed] == [Reason.KNOWN_ARTICLE]
    assert (positions(ledger), ledger.alerts()) == (before, states)


@UNHURRIED
@given(coverage())
def test_a_replay_equals_the_live_run(told: tuple[Newsroom, list[Article]]) -> None:
    newsroom, articles = told
    ledger, again = MemoryLedger(), MemoryLedger()
    events = [a.id for v in live(newsroom, articles, ledger) for a in v.alerts]
    lines = list(replay(reversed(articles), newsroom.analyze, ledger=again))
    assert [line["alert_id"] for line in lines] == events
    assert positions(again) == positions(ledger)
    assert again.alerts() == ledger.alerts()


@UNHURRIED
@given(coverage())
def test_what_another_outlet_tells_again_at_once_raises_no_alert(
    told: tuple[Newsroom, list[Article]],
) -> None:
    newsroom, articles = told
    ledger = MemoryLedger()
    for article in in_order(articles):
        (first,) = live(newsroom, [article], ledger)
        claims = [c.evidence for c in newsroom.analyze(article).claims]
        echo = newsroom.article(str(article.published), claims, source="echo")
        (verdict,) = live(newsroom, [echo], ledger)
        events = {a.event.value for a in verdict.alerts}
        # What first only contested another alert becomes one of its own with a second origin.
        if not any(a.event.value == "contested" for a in first.alerts):
            assert events <= {"confirmed", "contested", "resolved"}


@UNHURRIED
@given(coverage())
def test_no_alert_is_raised_twice_and_every_claim_is_told_or_explained(
    told: tuple[Newsroom, list[Article]],
) -> None:
    newsroom, articles = told
    ledger = MemoryLedger()
    verdicts = live(newsroom, articles, ledger)
    raised = Counter(a.id for v in verdicts for a in v.alerts if a.event.value == "raised")
    assert all(times == 1 for times in raised.values())
    for verdict in verdicts:
        explained = {s.record_id for s in verdict.suppressed}
        carried = {i for state in verdict.states for i in state.records}
        contested = any(a.event.value == "contested" for a in verdict.alerts)
        lone = [r for r in verdict.records if r.id not in explained | carried]
        bundled = {(r.slot, r.as_of, r.stance) for r in verdict.records if r not in lone}
        assert contested or all((r.slot, r.as_of, r.stance) in bundled for r in lone)


def test_another_extractor_reads_again_silently() -> None:
    newsroom, ledger = Newsroom(), MemoryLedger()
    article = newsroom.article("2026-02-01", ["DE troops committed"])
    live(newsroom, [article], ledger, extractor_version="1")
    better = newsroom.analyze(newsroom.article("2026-02-01", ["DE troops open"], text="x"))
    verdict = judge_article(article, better, view=ledger, now=LATER, extractor_version="2")
    ledger.apply(verdict)
    assert verdict.alerts == ()
    assert [r.stance.value for r in verdict.retracted] == ["committed"]
    assert [s.reason for s in verdict.suppressed] == [Reason.REREAD]
    found = positions(ledger)["DE/troops"]
    assert found is not None
    assert found.stance.value == "open"


def test_articles_before_the_look_back_fill_the_ledger_silently() -> None:
    newsroom, ledger = Newsroom(), MemoryLedger()
    articles = [
        newsroom.article("2026-02-01", ["DE troops open"]),
        newsroom.article("2026-02-09", ["DE troops committed"]),
    ]
    now = datetime(2026, 2, 10, tzinfo=UTC)
    verdicts = live(newsroom, articles, ledger, now, policy=Policy(look_back_hours=48))
    assert [len(v.alerts) for v in verdicts] == [0, 1]
    assert [s.reason for s in ledger.suppressed] == [Reason.LOOK_BACK]
    assert verdicts[1].alerts[0].change.before is not None


def test_what_was_known_before_a_correction_can_still_be_asked() -> None:
    newsroom, ledger = Newsroom(), MemoryLedger()
    first = newsroom.article("2026-02-01", ["DE troops committed"])
    edited = newsroom.article("2026-02-03", ["DE troops open"], url=first.url or "")
    live(newsroom, [first, edited], ledger)
    (slot,) = ledger.slots()
    then = derive_position(ledger.records(slot), known_at=datetime(2026, 2, 2, tzinfo=UTC))
    today = derive_position(ledger.records(slot))
    assert then is not None
    assert today is not None
    assert (then.stance.value, today.stance.value) == ("committed", "open")


def test_an_alert_carries_the_position_before_with_its_proof() -> None:
    newsroom, ledger = Newsroom(), MemoryLedger()
    articles = [
        newsroom.article("2026-02-01", ["DE troops undecided"]),
        newsroom.article("2026-03-01", ["DE troops committed"]),
    ]
    alert = live(newsroom, articles, ledger)[1].alerts[0]
    assert alert.change.before is not None
    proof = alert.change.before.evidence
    assert proof is not None
    assert (proof.quote, proof.published, proof.article_url) == (
        "DE troops undecided",
        "2026-02-01",
        articles[0].url,
    )


def test_a_contested_alert_carries_both_quotes() -> None:
    newsroom, ledger = Newsroom(), MemoryLedger()
    articles = [
        newsroom.article("2026-02-01", ["DE troops committed"], source="a"),
        newsroom.article("2026-02-01", ["DE troops ruled_out"], source="b"),
    ]
    alert = live(newsroom, articles, ledger)[1].alerts[0]
    assert alert.rival is not None
    assert (alert.evidence.quote, alert.rival.quote) == (
        "DE troops committed",
        "DE troops ruled_out",
    )


@UNHURRIED
@given(
    st.sampled_from([None, "", "yesterday", "9999-12-31", "2026-13-01", "2026", "2026-02-30"]),
    st.sampled_from([None, "", "soon", "9999", "2026-02"]),
)
def test_no_date_however_wrong_stops_the_judging(published: str | None, as_of: str | None) -> None:
    newsroom, ledger = Newsroom(), MemoryLedger()
    article = replace(newsroom.article("2026-02-01", ["DE troops open"]), published=published)
    claims = tuple(replace(c, as_of=as_of) for c in newsroom.analyze(article).claims)
    verdict = judge_article(
        article, Analysis("en", True, claims), view=ledger, now=datetime(2026, 3, 1, tzinfo=UTC)
    )
    (record,) = verdict.records
    assert record.span.start <= datetime(2026, 12, 31, tzinfo=UTC).date()
    lines = list(replay([article], lambda _: Analysis("en", True, claims)))
    assert all(line["event"] == "raised" for line in lines)


def test_copies_are_one_origin_whichever_of_them_comes_first() -> None:
    text = " ".join(f"word{n}" for n in range(60))
    for order in ((0, 1, 2), (2, 1, 0), (1, 0, 2)):
        newsroom, ledger = Newsroom(), MemoryLedger()
        copies = [
            newsroom.article(f"2026-02-0{n}", ["DE arms open reported"], source=s, text=text + s)
            for n, s in enumerate("abc", start=1)
        ]
        live(newsroom, [copies[n] for n in order], ledger, LATER)
        (state,) = ledger.alerts()
        assert (len(state.origin_ids), state.unconfirmed) == (1, True)


class ShortSight(MemoryLedger):
    """A view that shows only the newest record of a slot, as a store does of a long history."""

    def records(self, slot: Slot) -> list[LedgerRecord]:
        return sorted(super().records(slot), key=lambda r: r.as_of)[-1:]


def test_an_alert_whose_older_proof_is_out_of_sight_is_not_corrected() -> None:
    newsroom, ledger = Newsroom(), ShortSight()
    articles = [
        newsroom.article("2026-02-01", ["DE troops committed"], source="a"),
        newsroom.article("2026-02-02", ["DE troops committed"], source="b"),
        newsroom.article("2026-02-03", ["DE troops committed"], source="c"),
    ]
    live(newsroom, articles, ledger)
    edited = newsroom.article("2026-02-04", [], url=articles[2].url or "")
    (verdict,) = live(newsroom, [edited], ledger)
    assert len(verdict.retracted) == 1
    assert verdict.alerts == ()
