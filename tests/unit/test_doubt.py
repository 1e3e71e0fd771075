"""What a person should look at although it could be read."""

from dataclasses import replace

from tests.unit.ledger_language import parse_claim
from worker.core.doubt import doubt
from worker.model import Analysis

SURE = parse_claim("DE troops committed")
UNSURE = replace(SURE, actor="FR", confidence=0.4)


def test_a_claim_of_low_confidence_sends_its_article_to_review_and_is_named() -> None:
    found = doubt(Analysis("de", True, (SURE, UNSURE)), 0.6)
    assert found is not None
    reason, detail = found
    assert reason == "low_confidence"
    assert detail.startswith("FR troops committed (0.40)")
    assert "DE troops committed (" not in detail


def test_claims_at_the_bound_and_articles_without_coverage_raise_no_doubt() -> None:
    assert doubt(Analysis("de", True, (SURE,)), 1.0) is None
    assert doubt(Analysis("de", False, (UNSURE,)), 0.6) is None


def test_what_the_extractor_gives_up_on_is_reviewed_for_its_reason() -> None:
    assert doubt(Analysis("uz", False, review="unsupported_language")) == (
        "unsupported_language",
        "uz",
    )
