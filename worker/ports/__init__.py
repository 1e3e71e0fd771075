"""What the stages need from outside, as values and Protocols."""

from worker.ports.outside import (
    Clock,
    FetchedBody,
    Fetcher,
    ParsedBody,
    Reader,
    Renderer,
    Sender,
)
from worker.ports.store import WorkStore
from worker.ports.work import (
    ArticleWork,
    DeliveryResult,
    DeliveryWork,
    DueGroup,
    EntryWork,
    FeedWork,
    Judged,
    Note,
    Polled,
    Progress,
    ReviewItem,
    Stage,
    Work,
)

__all__ = [
    "ArticleWork",
    "Clock",
    "DeliveryResult",
    "DeliveryWork",
    "DueGroup",
    "EntryWork",
    "FeedWork",
    "FetchedBody",
    "Fetcher",
    "Judged",
    "Note",
    "ParsedBody",
    "Polled",
    "Progress",
    "Reader",
    "Renderer",
    "ReviewItem",
    "Sender",
    "Stage",
    "Work",
    "WorkStore",
]
