"""Which articles a person should look at although they could be read."""

from __future__ import annotations

from worker.model import Analysis

#: A claim read with less confidence than this sends its article to review as well.
REVIEW_BELOW = 0.6


def doubt(analysis: Analysis, below: float = REVIEW_BELOW) -> tuple[str, str] | None:
    """The reason and the detail of a review item; ``None`` where nothing is in doubt.

    Nothing is held back by it: claims of low confidence are judged like all others.
    """
    if analysis.review is not None:
        return analysis.review, "; ".join(analysis.notes) or analysis.language
    if not analysis.relevant:
        return None
    weak = [claim for claim in analysis.claims if claim.confidence < below]
    if not weak:
        return None
    told = (
        f"{c.actor} {c.measure.value} {c.stance.value} ({c.confidence:.2f}): {c.evidence}"
        for c in sorted(weak, key=lambda c: c.confidence)
    )
    return "low_confidence", "; ".join(told)
