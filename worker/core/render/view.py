"""What a person is told about one alert, as clean strings; every renderer draws from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from worker.core.render import inert
from worker.core.render.labels import (
    actor_name,
    flag,
    language_name,
    quantity_label,
    word,
)
from worker.core.render.reasons import reason_label
from worker.core.urls import site_of
from worker.model import (
    Alert,
    AlertEvent,
    ChangeKind,
    Condition,
    Evidence,
    Position,
    Stance,
    Status,
)

#: How many further articles are named before the rest is only counted.
MAX_ARTICLES = 5
#: Characters of a host that are shown, unless its registrable end alone has more (127 at most).
MAX_HOST = 60
#: A colour for each stance, beside its word: red refuses, green commits.
STANCE_MARKS = {
    Stance.OPPOSED: "🟥",
    Stance.RULED_OUT: "🟥",
    Stance.RELUCTANT: "🟧",
    Stance.UNDECIDED: "⬜",
    Stance.OPEN: "🟨",
    Stance.COMMITTED: "🟩",
    Stance.DELIVERED: "✅",
}
#: How sure it is, at a glance.
CERTAINTY_MARKS = {"confirmed": "✔️", "unconfirmed": "❔", "contested": "⚠️"}


@dataclass(frozen=True, slots=True)
class QuoteView:
    """A quote with all that proves it; ``source`` is publisher and date, ``url`` safe or None."""

    text: str
    speaker: str
    source: str
    title: str
    url: str | None
    language: str

    @property
    def attribution(self) -> str:
        """Who said it, where and in what language, in one line."""
        return " · ".join(filter(None, (self.speaker, self.source, self.language)))


@dataclass(frozen=True, slots=True)
class AlertView:
    """One alert in words. ``before`` is None where no position was known."""

    id: str
    headline: str
    flag: str
    actor: str
    measure: str
    event: str
    kind: str
    severity: str
    move: str
    before: str
    now: str
    #: The stances alone, in words; empty where no position was known.
    stances: tuple[str, str]
    marks: tuple[str, str]
    #: Number, conditions, place and status of what holds now, in one line.
    terms: str
    certainty: str
    quantity: str
    conditions: str
    confirmation: str
    confirmed: bool
    quote: QuoteView
    before_quote: QuoteView | None
    rival: QuoteView | None
    reasons: tuple[str, ...]
    also: tuple[str, ...]

    @property
    def keeps_stance(self) -> bool:
        """Whether number or conditions changed and the stance did not."""
        return self.stances[0] == self.stances[1]


def alert_view(alert: Alert, language: str) -> AlertView:
    """Put an alert into the words of ``language`` (``en`` or ``de``)."""
    change, slot = alert.change, alert.change.slot
    actor = actor_name(slot.actor, language)
    measure = word(f"measure.{slot.measure}", language)
    if slot.item:
        measure = f"{measure} ({inert.line(slot.item, 60)})"
    kind = word(f"kind.{change.kind}", language)
    return AlertView(
        id=alert.id,
        headline=f"{actor} · {measure}: {kind}",
        flag=flag(slot.actor),
        actor=actor,
        measure=measure,
        event="" if alert.event is AlertEvent.RAISED else word(f"event.{alert.event}", language),
        kind=kind,
        severity=word(f"severity.{alert.severity}", language),
        move=_move(change.before, change.after, language),
        before=_state(change.before, language, "since"),
        now=_state(change.after, language, "as_of"),
        stances=(_stance(change.before, language), _stance(change.after, language)),
        marks=(_mark(change.before), _mark(change.after)),
        terms=_moved_terms(change.before, change.after, language),
        certainty=_certainty(alert),
        quantity=_quantity(change.after, language) or word("none", language),
        conditions=_conditions(change.after.conditions, language) or word("none", language),
        confirmation=_confirmation(alert, language),
        confirmed=alert.confirmation == "confirmed",
        quote=_quote(alert.evidence, language),
        before_quote=_before_quote(change.before, language),
        rival=_quote(alert.rival, language) if alert.rival else None,
        reasons=tuple(reason_label(reason, language) for reason in alert.reasons[:5]),
        also=_also(alert),
    )


def host_of(url: str) -> str:
    """The host of a safe address, as the name of its source.

    Of a long one the left goes, by whole labels (``….news.example.org``): a cut within a label
    would show ``…bank.example`` for ``notabank.example``. The registrable end always stays.
    """
    host = (urlsplit(url).hostname or "").removeprefix("www.").rstrip(".")
    if len(host) <= MAX_HOST:
        return host
    kept = site_of(url)
    for label in reversed(host.removesuffix(kept).split(".")[:-1]):
        if len(label) + 1 + len(kept) > MAX_HOST:
            break
        kept = f"{label}.{kept}"
    return kept if kept == host else f"….{kept}"


def _move(before: Position | None, after: Position, language: str) -> str:
    """What has moved, in one line: stances where they differ, then number and conditions."""
    was, now = _stance(before, language), _stance(after, language)
    terms = _moved_terms(before, after, language)
    same = before is not None and before.stance is after.stance
    only_number = same and _quantity(after, language) not in ("", _quantity(before, language))
    stances = f"{was} → {now}" if was and not same else "" if only_number else now
    return " · ".join(filter(None, (stances, terms)))


def _state(position: Position | None, language: str, date_key: str) -> str:
    if position is None:
        return word("unknown_before", language)
    parts = [
        word(f"stance.{position.stance}", language),
        _terms(position, language),
        word(date_key, language, inert.line(position.as_of, 10)),
    ]
    return " · ".join(filter(None, parts))


def _moved_terms(before: Position | None, after: Position, language: str) -> str:
    """The terms that hold now; a number that another one has replaced stands before it.

    Conditions that a stance has lost are named where the stance is the same.
    """
    known, now = _quantity(before, language), _quantity(after, language)
    terms = _terms(after, language, f"{known} → " if known and now and known != now else "")
    if before is None or before.stance is not after.stance:
        return terms
    lost = _conditions(before.conditions - after.conditions, language)
    return " · ".join(filter(None, (terms, word("no_longer", language, lost) if lost else "")))


def _terms(position: Position, language: str, number_before: str = "") -> str:
    conditions = _conditions(position.conditions, language)
    parts = [
        number_before + _quantity(position, language),
        word("if", language, conditions) if conditions else "",
        _location(position.location, language),
        "" if position.status is Status.OFFICIAL else word(f"status.{position.status}", language),
    ]
    return " · ".join(filter(None, parts))


def _stance(position: Position | None, language: str) -> str:
    return word(f"stance.{position.stance}", language) if position else ""


def _mark(position: Position | None) -> str:
    return STANCE_MARKS[position.stance] if position else "▫️"


def _certainty(alert: Alert) -> str:
    """``contested`` while another statement stands against it, else how well it is confirmed."""
    contested = alert.change.kind is ChangeKind.CONTESTED or alert.event is AlertEvent.CONTESTED
    return "contested" if contested or alert.rival else str(alert.confirmation)


def _location(location: str | None, language: str) -> str:
    return word(f"location.{inert.line(location, 60)}", language) if location else ""


def _quantity(position: Position | None, language: str) -> str:
    quantities = position.quantities if position else ()
    return ", ".join(quantity_label(quantity, language) for quantity in quantities)


def _conditions(conditions: Iterable[Condition], language: str) -> str:
    return ", ".join(word(f"condition.{c}", language) for c in sorted(conditions))


def _confirmation(alert: Alert, language: str) -> str:
    sources = word("origins", language, alert.origins)
    return f"{word(_certainty(alert), language)} · {sources}"


def _quote(evidence: Evidence, language: str) -> QuoteView:
    dated = inert.line((evidence.published or "")[:10], 10)
    return QuoteView(
        text=inert.line(evidence.quote, 700),
        speaker=inert.line(evidence.speaker, 120),
        source=", ".join(filter(None, (inert.line(evidence.source, 120), dated))),
        title=inert.line(evidence.title, 200),
        url=inert.safe_url(evidence.article_url),
        language=_in_language(evidence.language, language),
    )


def _before_quote(before: Position | None, language: str) -> QuoteView | None:
    return _quote(before.evidence, language) if before and before.evidence else None


def _also(alert: Alert) -> tuple[str, ...]:
    others = (inert.safe_url(url) for url in alert.articles if url != alert.article)
    return tuple(url for url in others if url)[:MAX_ARTICLES]


def _in_language(code: str | None, language: str) -> str:
    if not code:
        return ""
    return word("in_language", language, language_name(inert.line(code, 10), language))
