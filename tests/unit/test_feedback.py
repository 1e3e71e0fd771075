"""A person's word on an alert: the ledger is put right, the alert followed up, the case kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.ledger_language import Newsroom
from worker.core.evaluate_changes import gold_analysis
from worker.core.feedback import Correction, Feedback, Opinion, judge_feedback, labelled_case
from worker.core.judging import judge_article
from worker.core.ledger import derive_position
from worker.core.replay import MemoryLedger
from worker.core.views import Verdict
from worker.errors import UsageError
from worker.model import AlertEvent, Article, Condition, Measure, Quantity, Slot, Stance, Status

NOW = datetime(2026, 2, 3, 12, tzinfo=UTC)
TROOPS = Slot("DE", Measure.TROOPS)


class Desk:
    """A ledger, what was told, and people who speak about it."""

    def __init__(self) -> None:
        self.newsroom, self.ledger, self.now = Newsroom(), MemoryLedger(()), NOW

    def read(self, article: Article, version: str = "1") -> Verdict:
        verdict = judge_article(
            article,
            self.newsroom.analyze(article),
            view=self.ledger,
            now=self.now,
            extractor_version=version,
        )
        self.ledger.apply(verdict)
        return verdict

    def say(self, opinion: Opinion, alert_id: str, correction: Correction | None = None) -> Verdict:
        self.now += timedelta(hours=1)
        word = Feedback(alert_id, opinion, "ana", "misread", correction)
        verdict = judge_feedback(word, view=self.ledger, now=self.now)
        self.ledger.apply(verdict)
        return verdict

    def stance(self, slot: Slot = TROOPS) -> Stance | None:
        position = derive_position(self.ledger.records(slot))
        return position.stance if position else None


@pytest.fixture
def desk() -> Desk:
    return Desk()


def _told(verdict: Verdict) -> list[tuple[AlertEvent, str, Stance]]:
    return [(a.event, a.change.slot.actor, a.change.after.stance) for a in verdict.alerts]


def test_that_an_alert_is_right_changes_nothing(desk: Desk) -> None:
    article = desk.newsroom.article("2026-02-01", ["DE troops committed reported"])
    alert_id = desk.read(article).alerts[0].id
    assert desk.say(Opinion.CONFIRM, alert_id) == Verdict()
    assert desk.ledger.alert(alert_id).unconfirmed  # type: ignore[union-attr]


def test_a_dismissed_alert_is_followed_up_and_its_claim_leaves_the_ledger(desk: Desk) -> None:
    article = desk.newsroom.article("2026-02-01", ["DE troops committed"])
    alert_id = desk.read(article).alerts[0].id
    verdict = desk.say(Opinion.DISMISS, alert_id)
    assert _told(verdict) == [(AlertEvent.CORRECTED, "DE", Stance.COMMITTED)]
    assert verdict.alerts[0].reasons == ("dismissed by ana: misread",)
    assert desk.stance() is None
    known = derive_position(desk.ledger.records(TROOPS), known_at=NOW)
    assert known is not None
    assert known.stance is Stance.COMMITTED


def test_a_corrected_stance_stands_and_the_same_alert_says_so(desk: Desk) -> None:
    desk.read(desk.newsroom.article("2026-01-01", ["DE troops undecided"]))
    article = desk.newsroom.article("2026-02-01", ["DE troops committed"])
    alert_id = desk.read(article).alerts[0].id
    verdict = desk.say(Opinion.CORRECT, alert_id, Correction(stance=Stance.OPEN))
    assert _told(verdict) == [(AlertEvent.CORRECTED, "DE", Stance.OPEN)]
    assert verdict.alerts[0].id == alert_id
    assert desk.stance() is Stance.OPEN


def test_a_claim_of_another_actor_moves_to_that_actor(desk: Desk) -> None:
    article = desk.newsroom.article("2026-02-01", ["DE troops committed"])
    alert_id = desk.read(article).alerts[0].id
    austria = Slot("AT", Measure.TROOPS)
    verdict = desk.say(Opinion.CORRECT, alert_id, Correction(slot=austria))
    assert _told(verdict) == [
        (AlertEvent.RAISED, "AT", Stance.COMMITTED),
        (AlertEvent.CORRECTED, "DE", Stance.COMMITTED),
    ]
    assert (desk.stance(), desk.stance(austria)) == (None, Stance.COMMITTED)


def test_a_correction_to_what_was_known_before_closes_the_alert(desk: Desk) -> None:
    desk.read(desk.newsroom.article("2026-01-01", ["DE troops undecided"]))
    article = desk.newsroom.article("2026-02-01", ["DE troops committed"])
    alert_id = desk.read(article).alerts[0].id
    desk.say(Opinion.CORRECT, alert_id, Correction(stance=Stance.UNDECIDED))
    state = desk.ledger.alert(alert_id)
    assert state is not None
    assert not state.open
    assert desk.stance() is Stance.UNDECIDED


def test_every_article_that_carries_the_alert_is_put_right(desk: Desk) -> None:
    first = desk.newsroom.article("2026-02-01", ["DE troops committed"], source="a")
    alert_id = desk.read(first).alerts[0].id
    desk.read(desk.newsroom.article("2026-02-02", ["DE troops committed"], source="b"))
    verdict = desk.say(Opinion.CORRECT, alert_id, Correction(stance=Stance.OPEN))
    assert _told(verdict) == [(AlertEvent.CORRECTED, "DE", Stance.OPEN)]
    live = [r for r in desk.ledger.records(TROOPS) if r.live(None)]
    assert [(r.stance, r.article_key) for r in live] == [
        (Stance.OPEN, key) for key in [r.article_key for r in live]
    ]
    assert len({r.article_key for r in live}) == 2


def test_values_not_named_stay_as_they_were_read(desk: Desk) -> None:
    claim = "DE troops committed 500 soldiers if ceasefire reported"
    alert_id = desk.read(desk.newsroom.article("2026-02-01", [claim])).alerts[0].id
    change = Correction(
        status=Status.OFFICIAL, quantities=(), conditions=frozenset({Condition.MANDATE})
    )
    desk.say(Opinion.CORRECT, alert_id, change)
    position = derive_position(desk.ledger.records(TROOPS))
    assert position is not None
    assert (position.stance, position.status) == (Stance.COMMITTED, Status.OFFICIAL)
    assert (position.quantities, position.conditions) == ((), {Condition.MANDATE})


@pytest.mark.parametrize("version", ["1", "2"])
def test_reading_again_does_not_bring_back_what_a_person_has_set_right(
    desk: Desk, version: str
) -> None:
    article = desk.newsroom.article(
        "2026-02-01", ["DE troops committed"], text="DE troops committed"
    )
    alert_id = desk.read(article).alerts[0].id
    desk.say(Opinion.CORRECT, alert_id, Correction(stance=Stance.OPEN))
    assert desk.read(article, version).alerts == ()
    assert desk.stance() is Stance.OPEN


def test_an_edited_article_keeps_the_correction_of_a_sentence_it_keeps(desk: Desk) -> None:
    words = "DE troops committed"
    article = desk.newsroom.article("2026-02-01", [words], url="https://a.example/1", text=words)
    alert_id = desk.read(article).alerts[0].id
    desk.say(Opinion.CORRECT, alert_id, Correction(stance=Stance.OPEN))
    edited = desk.newsroom.article(
        "2026-02-01", [words], url="https://a.example/1", text=f"{words} and more"
    )
    assert desk.read(edited).alerts == ()
    assert desk.stance() is Stance.OPEN
    gone = desk.newsroom.article("2026-02-01", [], url="https://a.example/1", text="Nothing.")
    assert _told(desk.read(gone)) == [(AlertEvent.CORRECTED, "DE", Stance.OPEN)]
    assert desk.stance() is None


def test_a_word_that_changes_nothing_is_refused(desk: Desk) -> None:
    article = desk.newsroom.article("2026-02-01", ["DE troops committed"])
    alert_id = desk.read(article).alerts[0].id
    with pytest.raises(UsageError, match="says already"):
        desk.say(Opinion.CORRECT, alert_id, Correction(stance=Stance.COMMITTED))
    desk.say(Opinion.DISMISS, alert_id)
    with pytest.raises(UsageError, match="nothing is left"):
        desk.say(Opinion.DISMISS, alert_id)
    with pytest.raises(UsageError, match="no alert"):
        desk.say(Opinion.CONFIRM, "none")


def test_a_labelled_case_reads_as_the_gold_does_and_names_what_was_checked(desk: Desk) -> None:
    claims = ["DE troops committed 500 soldiers", "FR air open"]
    text = ". ".join(claims)
    article = desk.newsroom.article("2026-02-01", claims, text=text, url="https://a.example/1")
    alert_id = desk.read(article).alerts[0].id
    right = Correction(stance=Stance.OPEN, quantities=(Quantity(None, 800, "soldiers"),))
    desk.say(Opinion.CORRECT, alert_id, right)
    records = desk.ledger.article_records("https://a.example/1")
    case = labelled_case(article, True, records, [{"by": "ana"}], "f-en-1")
    analysis = gold_analysis(case, article)
    assert [(c.actor, c.stance, c.quantity) for c in analysis.claims] == [
        ("DE", Stance.OPEN, Quantity(None, 800, "soldiers")),
        ("FR", Stance.OPEN, None),
    ]
    assert [claim["checked"] for claim in case["claims"]] == [True, False]
    assert case["feedback"] == [{"by": "ana"}]
