"""Claims are read where the article is read; the ledger is only asked for what concerns it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from tests.integration.newsroom import stub_analyze
from tests.integration.test_pipeline import desk, sqlite_desk  # noqa: F401
from tests.integration.test_scaled import claim_entry, either, polled, queued  # noqa: F401
from tests.integration.values import NOW, a_record
from worker.adapters.store import Store, tables
from worker.adapters.store.article_rows import article_values
from worker.core.compare import Reason
from worker.core.origins import KnownText
from worker.core.views import LedgerView, Suppressed, Verdict
from worker.model import Analysis, Article, Claim, Condition, Measure, Quantity, Stance
from worker.ports import ArticleWork, Judged, ReadAhead

LEASE = timedelta(minutes=15)
OFF = ReadAhead(Analysis("en", False), "v")
CLAIM = Claim(
    *("NO", Measure.TROOPS, Stance.COMMITTED, "“We send.”", 3, 13),
    conditions=frozenset({Condition.CEASEFIRE, Condition.US_BACKSTOP}),
    quantity=Quantity(300, 500, "soldiers"),
    as_of="2026-02",
    rules=("a", "b"),
    confidence=0.7,
)
ON = ReadAhead(Analysis("en", True, (CLAIM,), notes=("n",)), "v")


def aside(work: ArticleWork, view: LedgerView) -> Judged:
    key = str(work.article.url)
    text = KnownText(key, "d", "outlet:a", "2026-03-01", work.revision, "v")
    return Judged(Verdict(suppressed=(Suppressed(Reason.RELEVANCE, key, NOW),), text=text))


def save(store: Store, ahead: ReadAhead | None, text: str = "Of a bridge.") -> Article:
    polled(store, "1")
    (work,) = claim_entry(store)
    article = Article(text, "A title", work.entry.url, "2026-03-01")
    assert store.articles.save_articles(work, [article], NOW, ahead=[ahead], aside=aside)
    return article


def row(store: Store) -> dict:
    with store.database.read() as connection:
        return dict(connection.execute(select(tables.article)).mappings().one())


def waiting(store: Store) -> list[ArticleWork]:
    return store.articles.claim_articles(NOW, limit=9, lease_for=LEASE)


def test_what_has_nothing_to_do_with_the_coalition_needs_no_turn_at_the_ledger(either):  # noqa: F811
    save(either, OFF)
    assert (row(either)["state"], row(either)["relevant"], row(either)["claims"]) == (
        "done",
        False,
        0,
    )
    assert row(either)["judged_at"] == NOW
    assert [held["reason"] for held in either.queries.suppressed()] == ["relevance"]
    assert waiting(either) == []


@pytest.mark.postgres
def test_nobody_is_called_to_the_ledger_for_it(postgres_url):
    store = Store(postgres_url)
    save(store, OFF)
    assert "judge:ledger" not in queued(store)
    store.close()


def test_what_was_read_ahead_comes_back_as_it_was_and_goes_when_it_is_judged(either):  # noqa: F811
    save(either, ON)
    (work,) = waiting(either)
    assert work.read_ahead == ON
    either.ledger.judge(work, lambda view, _: Judged(Verdict(), relevant=True), NOW)
    assert row(either)["read_ahead"] is None


@pytest.mark.parametrize("ahead", [None, replace(ON, analysis=replace(ON.analysis, claims=()))])
def test_what_could_not_be_read_ahead_and_coverage_without_claims_take_their_turn(either, ahead):  # noqa: F811
    save(either, ahead)
    (work,) = waiting(either)
    assert work.read_ahead == ahead


def test_claims_read_in_words_that_no_database_keeps_are_read_again_as_stored(either):  # noqa: F811
    save(either, ON, "Broken \ud800 words")
    (work,) = waiting(either)
    assert work.read_ahead is None
    assert work.article.text == "Broken \ufffd words"


def test_an_article_that_no_longer_says_what_the_ledger_holds_of_it_takes_its_turn(either):  # noqa: F811
    article = save(either, ON)
    (work,) = waiting(either)
    record = replace(a_record("NO"), article_key=str(article.url))
    either.ledger.judge(
        work, lambda view, _: Judged(Verdict(records=(record,)), relevant=True), NOW
    )
    with either.database.write() as connection:
        connection.execute(update(tables.entry).values(state="pending", next_at=NOW))
    (again,) = claim_entry(either)
    changed = replace(article, text="All of it was wrong.")
    saved = either.articles.save_articles(again, [changed], NOW, ahead=[OFF], aside=aside)
    assert saved is not None
    assert saved.judged == ()
    (work,) = waiting(either)
    assert (work.revision, work.read_ahead) == (2, None)


def test_an_article_of_a_mere_date_has_the_hour_of_its_feed_if_that_tells_the_same_day(either):  # noqa: F811
    polled(either, "1")
    (work,) = claim_entry(either)
    at = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)
    told = replace(work, entry=replace(work.entry, published=at))

    def sort_at(published: str | None) -> datetime:
        article = Article("x", url=work.entry.url, published=published)
        values = article_values(told, article, "h", NOW, None)
        moment: datetime = values["sort_at"]
        return moment

    assert sort_at("2026-03-01") == at
    assert sort_at("2026-02-27") == datetime(2026, 2, 27, tzinfo=UTC)
    assert sort_at("2026-03-01T07:00:00+00:00") == datetime(2026, 3, 1, 7, tzinfo=UTC)
    assert sort_at(None) == at


async def test_each_article_is_read_for_its_claims_once(desk):  # noqa: F811
    read: Counter[str] = Counter()

    def counting(article: Article) -> Analysis:
        read[article.title] += 1
        return stub_analyze(article)

    desk.story("a", "CLAIM NO troops committed")
    desk.story("b", "Of a bridge.")
    app = await desk.round(analyze=counting)
    assert sorted(read.values()) == [1, 1]
    assert [alert.change.slot.actor for alert in app.alerts()] == ["NO"]


async def test_what_another_extractor_has_read_ahead_is_read_again(desk):  # noqa: F811
    desk.story("a", "CLAIM NO troops committed")
    app = desk.app()
    with app.store.database.write() as connection:
        connection.execute(
            tables.article.insert().values(
                url="http://a.example/1",
                title="T",
                text="CLAIM SE troops committed",
                sort_at=datetime.now(UTC),
                first_seen=datetime.now(UTC),
                text_source="page",
                revision=1,
                content_hash="h",
                fetched_at=datetime.now(UTC),
                seeding=False,
                state="pending",
                next_at=datetime.now(UTC),
                read_ahead={
                    "analysis": {"language": "en", "relevant": False},
                    "extractor_version": "older",
                },
            )
        )
    await app.run_once(patience=timedelta(0))
    assert {alert.change.slot.actor for alert in app.alerts()} == {"NO", "SE"}
