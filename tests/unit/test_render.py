"""Rendering: a person reads all that matters, and nothing an article holds comes alive."""

from __future__ import annotations

import base64
import html
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.samples import AFTER, SLOT, hostile_alert, sample_alert
from tests.slackshaped import faults
from worker.adapters.channels.email import build_message
from worker.core.overview import Overview, chart_days
from worker.core.render import (
    MAX_BODY,
    encode,
    inert,
    render_email,
    render_messenger,
    render_note,
    render_payload,
    render_slack,
    render_slack_bot,
    render_text,
    render_webhook,
)
from worker.core.render.chart import chart_svg
from worker.core.render.colours import CHART_COLOURS
from worker.core.render.labels import actor_name, flag, quantity_label
from worker.core.render.view import MAX_HOST, host_of
from worker.core.threads import Occasion, Root
from worker.core.urls import site_of
from worker.model import (
    AlertEvent,
    Change,
    ChangeKind,
    Confirmation,
    Delivery,
    Measure,
    Position,
    Quantity,
    Slot,
    Stance,
)
from worker.settings import EmailChannel

KINDS = ("console", "slack", "slack_bot", "email", "webhook", "apprise")
MAIL = EmailChannel(name="m", type="email", host="h", sender="a@example.org", to=("b@example.org",))


def test_plain_text_tells_who_what_before_now_proof_and_how_sure() -> None:
    assert render_text(sample_alert()) == (
        "🇫🇷 France · ground troops: new pledge [high]\n"
        "  Before: open to it · since 2026-01-10\n"
        "  Now:    committed · up to 5,000 soldiers · if: a ceasefire, approval by parliament · "
        "as of 2026-02-03\n"
        "  Confirmed · 2 independent sources\n"
        "  “Frankreich wird bis zu 5000 Soldaten entsenden, sobald die Waffen schweigen.”\n"
        "    — Marie Beispiel · Beispielzeitung, 2026-02-03 · in German\n"
        "    https://zeitung.example/a/1\n"
        "  Before: “Paris could imagine sending soldiers once the guns fall silent.”\n"
        "    — Jean Exemple · The Daily Example, 2026-01-10 · in English\n"
        "    https://daily.example/before?id=1&x=2\n"
        "  Why: stance rose from open to committed\n"
        "  Also reported in: https://other.example/b"
    )


def test_labels_speak_german_where_asked_and_quotes_stay_as_said() -> None:
    text = render_text(sample_alert(), "de")
    assert "🇫🇷 Frankreich · Bodentruppen: neue Zusage [hoch]" in text
    assert "zugesagt · bis zu 5.000 Soldaten · wenn: Waffenruhe, Zustimmung des Parlaments" in text
    assert "„Paris could imagine sending soldiers once the guns fall silent.“" in text


def test_an_unconfirmed_first_position_says_so() -> None:
    change = Change(ChangeKind.NEW_POSITION, SLOT, None, replace(AFTER, stance=Stance.OPEN))
    alert = sample_alert(change=change, confirmation=Confirmation.UNCONFIRMED, origins=1)
    text = render_text(alert)
    assert "Before: no position known" in text
    assert "Not confirmed · 1 independent source" in text


def test_follow_ups_name_what_happened_and_rivals_are_quoted() -> None:
    rival = replace(sample_alert().evidence, quote="Davon kann keine Rede sein.")
    alert = sample_alert(event=AlertEvent.CONTESTED, rival=rival)
    assert "— contested" in render_text(alert)
    assert "Contradicted by: “Davon kann keine Rede sein.”" in render_text(alert)
    assert "Davon kann keine Rede sein." in json.dumps(render_slack([alert]), ensure_ascii=False)
    assert "Davon kann keine Rede sein." in render_email([alert])["html"]


MORE = replace(AFTER, quantities=(Quantity(8000, 8000, "soldiers"),), conditions=frozenset())


@pytest.mark.parametrize(
    ("before", "after", "language", "moved"),
    [
        (None, MORE, "en", "committed · 8,000 soldiers"),
        (replace(MORE, stance=Stance.OPEN), MORE, "de", "offen dafür → zugesagt · 8.000 Soldaten"),
        (AFTER, replace(AFTER, quantities=MORE.quantities), "en",
         "up to 5,000 soldiers → 8,000 soldiers · if: a ceasefire, approval by parliament"),
        (replace(AFTER, quantities=MORE.quantities), MORE, "de",
         "zugesagt · 8.000 Soldaten · nicht mehr: Waffenruhe, Zustimmung des Parlaments"),
    ],
)  # fmt: skip
def test_what_moved_is_told_in_subjects_and_notifications(
    before: Position | None, after: Position, language: str, moved: str
) -> None:
    change = Change(ChangeKind.QUANTITY_CHANGED, SLOT, before, after)
    alert = sample_alert(change=change)
    assert f"({moved})" in render_email([alert], language)["subject"]
    assert f"({moved})" in render_slack([alert], language)["text"]


def test_a_stance_that_stays_is_shown_once() -> None:
    change = Change(ChangeKind.QUANTITY_CHANGED, SLOT, AFTER, MORE)
    alert = sample_alert(change=change)
    _, facts, *_ = render_slack([alert], "de")["blocks"]
    assert facts["text"]["text"].split("\n")[:2] == [
        "🟩 *zugesagt* · wie bisher",
        "*bis zu 5.000 Soldaten → 8.000 Soldaten · nicht mehr: Waffenruhe, Zustimmung des "
        "Parlaments*",
    ]
    page = render_email([alert], "de")["html"]
    assert page.count(">zugesagt</span>") == 1
    assert "wie bisher" in page
    assert render_messenger([alert], "de")["text"].startswith(
        "🟩 zugesagt · bis zu 5.000 Soldaten →"
    )


@pytest.mark.parametrize(
    ("quantity", "english", "german"),
    [
        (Quantity(5000, 5000, "soldiers"), "5,000 soldiers", "5.000 Soldaten"),
        (Quantity(2000, 9999, "soldiers"), "2,000–9,999 soldiers", "2.000–9.999 Soldaten"),
        (Quantity(None, 20000, "soldiers"), "up to 20,000 soldiers", "bis zu 20.000 Soldaten"),
        (Quantity(5, None, "systems"), "at least 5 systems", "mindestens 5 Systeme"),
        (Quantity(1.5e9, 1.5e9, "EUR"), "1.5 billion EUR", "1,5 Milliarden EUR"),
        (Quantity(300e6, 300e6, "SEK"), "300 million SEK", "300 Millionen SEK"),
    ],
)
def test_quantities_read_as_people_write_them(
    quantity: Quantity, english: str, german: str
) -> None:
    assert quantity_label(quantity, "en") == english
    assert quantity_label(quantity, "de") == german


def test_actors_have_names_and_flags() -> None:
    assert (actor_name("GB", "en"), actor_name("GB", "de")) == (
        "United Kingdom",
        "Vereinigtes Königreich",
    )
    assert actor_name("COALITION", "de") == "Koalition der Willigen"
    assert (flag("NO"), flag("NATO")) == ("🇳🇴", "")


def test_slack_message_carries_the_whole_alert_within_its_limits() -> None:
    message = render_slack([sample_alert()])
    text = "\n".join(_slack_texts(message))
    for part in (
        *("🇫🇷 France · ground troops", "🟨 open to it  →  🟩 *committed*", "up to 5,000 soldiers"),
        *("if: a ceasefire", "✔️ Confirmed · 2 independent sources · new pledge", "severity: high"),
        *("Marie Beispiel · Beispielzeitung, 2026-02-03 · in German", "|other.example>"),
    ):
        assert part in text
    assert "<https://zeitung.example/a/1|Read the article>" in text
    _assert_slack_limits(message)


@pytest.mark.parametrize("count", [1, 8, 9, 60, 1000])
def test_many_alerts_stay_within_what_each_channel_takes(count: int) -> None:
    alerts = [sample_alert(id=f"id-{n}", rival=sample_alert().evidence) for n in range(count)]
    message = render_slack(alerts)
    _assert_slack_limits(message)
    body = render_webhook(alerts)
    assert len(encode(body)) <= MAX_BODY
    assert len(body["data"]["alerts"]) + body["data"]["omitted_count"] == count
    assert body["data"]["alerts"]
    mail = render_email(alerts)
    assert mail["subject"].startswith("[Coalition Watch] ")
    assert mail["text"].count("Marie Beispiel") >= min(count, 200)


def test_webhook_body_is_versioned_and_has_the_alert_and_its_proof() -> None:
    body = render_webhook([sample_alert()])
    assert (body["type"], body["schema_version"]) == ("coalition_watch.alerts", 1)
    (alert,) = body["data"]["alerts"]
    assert alert["kind"] == "new_pledge"
    assert alert["from"]["stance"] == "open"
    assert alert["to"]["quantity"] == {"min": None, "max": 5000, "unit": "soldiers"}
    assert alert["proof"]["speaker"] == "Marie Beispiel"
    assert alert["previous"]["url"] == "https://daily.example/before?id=1&x=2"


def test_email_has_text_and_html_and_a_subject_that_sorts() -> None:
    mail = render_email([sample_alert()])
    assert mail["subject"] == (
        "[Coalition Watch] France · ground troops: new pledge (open to it → committed · "
        "up to 5,000 soldiers · if: a ceasefire, approval by parliament)"
    )
    assert 'href="https://zeitung.example/a/1"' in mail["html"]
    assert "Marie Beispiel" in mail["text"]
    assert "Marie Beispiel" in mail["html"]


def test_a_subject_on_one_measure_of_one_actor_tells_how_it_stands_in_the_end() -> None:
    change = replace(sample_alert().change, kind=ChangeKind.WITHDRAWN, before=MORE)
    last = sample_alert(change=replace(change, after=replace(MORE, stance=Stance.RULED_OUT)))
    other = sample_alert(change=replace(last.change, slot=Slot("BE", Measure.AIR)))
    assert render_email([sample_alert(), last], "de")["subject"] == (
        "[Coalition Watch] Frankreich · Bodentruppen: Zusage zurückgezogen "
        "(zugesagt → ausgeschlossen · 8.000 Soldaten) · 2 Änderungen"
    )
    assert render_email([last, other], "de")["subject"] == (
        "[Coalition Watch] Frankreich, Belgien: 2 Änderungen"
    )


def test_a_follow_up_answers_the_first_mail_under_its_subject() -> None:
    first = render_email([sample_alert()])
    told = Occasion(roots={sample_alert().id: Root("d-0", (), first["subject"])})
    mail = render_email([sample_alert(event=AlertEvent.CONFIRMED)], "en", told)
    assert mail["subject"] == f"Re: {first['subject']}"
    assert mail["references"] == ["d-0"]
    assert "now confirmed" in mail["html"]
    assert (first["references"], first["images"]) == ([], {})


def test_a_digest_has_the_matrix_with_what_changed_framed_and_a_chart() -> None:
    position = replace(AFTER, slot=Slot("PL", Measure.AIR), stance=Stance.RULED_OUT)
    alert = sample_alert()
    overview = Overview((AFTER, position), chart_days([alert], alert.raised_at))
    mail = render_email([alert], "en", Occasion(overview=overview))
    assert mail["subject"] == "[Coalition Watch] Digest: 1 change: France"
    assert mail["html"].count('class="moved"') == 1
    assert re.search(r'class="moved"[^>]*title="committed"[^>]*>✔\*<', mail["html"])
    assert re.search(r'class="field"[^>]*title="ruled out"[^>]*>✖\*<', mail["html"])
    assert base64.b64decode(mail["images"]["chart"]).startswith(b"\x89PNG")
    assert "towards it: 1; away from it: 0; other: 0" in mail["text"]
    assert "🇫🇷 France: › troops ✔*" in mail["text"]


def test_the_chart_tells_directions_apart_and_leaves_no_day_out() -> None:
    now = sample_alert().raised_at
    weaker = Change(ChangeKind.WEAKENED, SLOT, AFTER, replace(AFTER, stance=Stance.OPEN))
    fewer = Change(
        ChangeKind.QUANTITY_CHANGED, SLOT, AFTER,
        replace(AFTER, quantities=(Quantity(None, 2000, "soldiers"),)),
    )  # fmt: skip
    contested = Change(ChangeKind.CONTESTED, SLOT, AFTER, AFTER)
    alerts = [sample_alert(), *(sample_alert(change=c) for c in (weaker, fewer, contested))]
    days = chart_days(alerts, now + timedelta(days=1))
    assert len(days) == 14
    assert (days[-2].up, days[-2].down, days[-2].other, days[-1].total) == (1, 2, 1, 0)
    bars = re.findall(r'fill="(#\w+)"', chart_svg(days))
    assert [bars.count(c) for c in CHART_COLOURS.values()] == [
        1,
        1,
        2,
    ]  # one of the grey is the axis


@pytest.mark.parametrize("kind", KINDS)
def test_a_render_error_falls_back_to_plain_text(kind: str) -> None:
    broken: Any = replace(sample_alert(), severity="deafening", raised_at=None, evidence=None)
    rendered = render_payload(kind, [broken])
    assert rendered.problem is not None
    shown = json.dumps(rendered.payload, ensure_ascii=False)
    assert broken.id in shown
    assert render_payload(kind, [sample_alert()]).problem is None


@pytest.mark.parametrize("kind", KINDS)
def test_an_operational_note_fits_every_channel(kind: str) -> None:
    payload = render_note(kind, "Dead letter <!channel>", ["channel desk: SMTP 550 <b>"] * 50)
    shown = json.dumps(payload, ensure_ascii=False)
    assert "SMTP 550" in shown
    if kind.startswith("slack"):
        _assert_slack_limits(payload.get("message", payload))
        assert "<!channel>" not in shown


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.org/a?b=c&d=e#f", "https://example.org/a?b=c&d=e#f"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        ("https://example.org/a|b>c", "https://example.org/a%7Cb%3Ec"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("https://bank.example@evil.example/", None),
        ("http://evil|bank/", None),
        ("http://xn--/", None),
        ("http:///nohost", None),
        ("http://a:99999999/", None),
        ("http://127.0.0.1:80/", "http://127.0.0.1:80/"),
        ("http://127.0.0.1.5/", None),
        ("http://2130706433/", None),
        ("http://bank.example.0x7f/", None),
        ("https://e.example/" + "a" * 3000, None),
        (None, None),
    ],
)
def test_only_plain_web_addresses_become_links(url: str | None, safe: str | None) -> None:
    assert inert.safe_url(url) == safe


LONG = "a" * 60


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://www.example.org/a", "example.org"),
        ("https://example.org./a", "example.org"),
        ("http://[2001:db8::1]:8080/x", "2001:db8::1"),
        (f"https://bank.example.{LONG}.news.evil.example/", "….news.evil.example"),
        (f"https://{LONG}bank.example/", f"{LONG}bank.example"),
        (f"https://www.bank.{LONG}.co.uk/", f"….{LONG}.co.uk"),
        (f"https://{LONG}.co.uk/", f"{LONG}.co.uk"),
        ("https://" + "a." * 100 + "example/", "…" + ".a" * 26 + ".example"),
    ],
)
def test_a_long_host_is_cut_on_the_left_and_between_labels(url: str, shown: str) -> None:
    assert host_of(url) == shown


HOSTILE = (
    "<!channel> <@U1> <http://evil|bank>",
    "=?utf-8?q?x=0D=0ABcc:_evil@example.org?=",
    "=?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3D0D=3D0ABcc=3A_e=40e.org=3F=3D?=",
    "a\r\nBcc: evil@example.org",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "{{ 7*7 }}{% raw %}",
    "\x1b[31m\x1b]8;;http://evil\x07 \u202etxt.exe \ud800 \x00",
    "@channel @here #general *bold* _it_ ~no~ `code` :smile:",
    "https://evil.example/|x> &lt;!here&gt; &#106;avascript:",
    "=cmd|' /C calc'!A0",
    # Marks that turn the order of reading, shaped scripts, letters beyond the first plane, emoji of
    # several, letters under a pile of accents, tags that nobody sees, words without an end.
    "\u200fשלום\u200e \u061cسلام\u2067evil\u2069 \u202dabc\u202c",
    "𝕬𝖑𝖊𝖗𝖙 𐎀𐎁 𠮷 👩‍👩‍👧‍👦🏴\U000e0067\U000e0062\U000e007f🇫🇷🇫",
    "Z" + "\u0335\u0321\u0489" * 200,
    "\U000e0001\U000e0041\ufff9x\ufffa\u2028\u2029\u0085\u00ad\u2060\ufe0f",
    "A" * 20_000,
    "漢" * 9_000,
    "👍🏽" * 5_000,
    "<&>" * 3_000,
    "https://" + "a" * 3_000 + ".example/" + "b" * 3_000,
    ("wort " * 5_000).strip(),
    "\u202e" * 4_000,
    "&amp;" * 2_000 + "<!everyone>",
    "\t\v\f\x1c\x85 \u00a0\u3000",
    # As a host: longer than what is shown of one, by many labels, by one label, by a number.
    "0" * 63 + "." + "a" * 63 + ".bank.example",
    "bank.example." * 15 + "b" * 59 + ".co.uk",
    "1." * 60 + "1",
)


STRANGE = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.characters(categories=["Cs", "Cc", "Cf"]),
        st.sampled_from("<>&|@!=?*\"'"),
    ),
    max_size=80,
)
#: The same, and words of any length made of few signs.
STRANGE_AND_LONG = st.one_of(
    STRANGE, st.builds(lambda part, times: part * times, st.text(max_size=3), st.integers(1, 4000))
)


def _hold(check: Any, examples: int) -> None:
    """Run a check on the hostile strings above and on so many that Hypothesis thinks of."""
    tested = given(STRANGE_AND_LONG)(check)
    for text in HOSTILE:
        tested = example(text)(tested)
    settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))(
        tested
    )()


def check_text(text: str) -> None:
    shown = render_text(hostile_alert(text))
    assert not [char for char in shown if _is_active(char)]
    assert all(line.startswith(("🇫🇷", "  ")) for line in shown.split("\n"))


def check_slack(text: str) -> None:
    check_message(render_slack([hostile_alert(text)], dashboard="https://watch.example"))


def check_slack_bot(text: str) -> None:
    alert = hostile_alert(text)
    told = Occasion(roots={alert.id: Root("d", (alert,))})
    payload = render_slack_bot([alert], "en", told)
    check_message(payload["message"])
    check_message(payload["edit"])


def check_message(message: dict[str, Any]) -> None:
    _assert_slack_limits(message)
    for shown in _slack_texts(message):
        markup = _SLACK_LINK.sub("", shown)
        for url, words in _SLACK_LINK.findall(shown):
            assert words in ("Read the article", "↗") or _names_host(words, html.unescape(url))
        assert "<" not in markup
        assert not re.search(r"(?<!^)(?<!\n)>", markup)
        assert not re.search(r"&(?!amp;|lt;|gt;)", markup)
        assert not [char for char in shown if _is_active(char)]
    json.dumps(message, ensure_ascii=False).encode("utf-8")


_SLACK_LINK = re.compile(r"<(https?://[^<>|\s]+)\|([^<>|]+)>")


def _names_host(shown: str, url: str) -> bool:
    """Whether it is the host without ``www.``, or ``….`` and its last labels, never fewer than the
    registrable domain."""
    host = (urlsplit(url).hostname or "").removeprefix("www.").rstrip(".")
    if not shown.startswith("….") or len(host) <= MAX_HOST:
        return shown == host
    return host.endswith(shown[1:]) and f".{shown}".endswith(f".{site_of(url)}")


def check_email(text: str) -> None:
    alert = hostile_alert(text)
    overview = Overview((alert.change.after,), chart_days([alert], alert.raised_at))
    told = Occasion(overview=overview, dashboard="https://watch.example")
    payload = render_email([alert], "en", told)
    page = _Page()
    page.feed(payload["html"])
    assert page.foreign == []
    delivery = Delivery("d-1", "m", {**payload, "subject": text})
    raw = bytes(build_message(delivery, MAIL, sample_alert().raised_at))
    assert max(map(len, raw.splitlines())) <= 998, "RFC 5321 takes no longer lines"
    assert len(raw) < 200_000
    parsed = message_from_bytes(raw, policy=policy.default)
    assert sorted({key.lower() for key in parsed}) == [
        "auto-submitted",
        "content-type",
        "date",
        "from",
        "list-id",
        "list-unsubscribe",
        "message-id",
        "mime-version",
        "subject",
        "to",
        "x-auto-response-suppress",
    ]
    assert parsed["to"] == "b@example.org"
    assert not [char for char in str(parsed["subject"]) if _is_active(char)]


def check_webhook(text: str) -> None:
    body = encode(render_webhook([hostile_alert(text)]))
    assert len(body) <= MAX_BODY
    (alert,) = json.loads(body)["data"]["alerts"]
    assert alert["article"] is None or alert["article"].startswith(("http://", "https://"))
    for shown in _strings(alert):
        assert not [char for char in shown if _is_active(char)]


def check_apprise(text: str) -> None:
    payload = render_messenger([hostile_alert(text)] * 2)
    assert len(payload["title"]) <= 200
    assert len(payload["text"]) <= 20_000
    assert len(payload["short"]) <= 3_000
    for shown in (payload["title"], payload["text"], payload["short"]):
        for line in shown.split("\n"):
            if line.startswith(("http://", "https://")):
                assert inert.safe_url(line) == line
            else:
                assert not set(line) & set("@#<>[]*_~`|\\")
        assert not [char for char in shown if _is_active(char)]


CHECKS = {
    "apprise": check_apprise,
    "console": check_text,
    "slack": check_slack,
    "slack_bot": check_slack_bot,
    "email": check_email,
    "webhook": check_webhook,
}


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_an_article_holds_stays_inert(kind: str) -> None:
    _hold(CHECKS[kind], 100)


@pytest.mark.torture
@pytest.mark.parametrize("kind", KINDS)
def test_ten_thousand_strings_stay_inert(kind: str) -> None:
    _hold(CHECKS[kind], 10_000)


def _is_active(char: str) -> bool:
    """Controls (but a line break), surrogates and what reorders or hides text."""
    if char == "\n":
        return False
    return (
        unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")
        or char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u200b\ufeff"
    )


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _slack_texts(message: dict[str, Any]) -> Iterator[str]:
    yield message["text"]
    for block in message["blocks"]:
        for item in [block.get("text"), *block.get("elements", [])]:
            if item:
                text = item["text"]
                yield text if isinstance(text, str) else text["text"]


def _assert_slack_limits(message: dict[str, Any]) -> None:
    assert faults(message) == []


class _Page(HTMLParser):
    """Collects tags, attributes and addresses that the template itself does not have."""

    # fmt: off
    ALLOWED = frozenset({
        "html", "head", "meta", "title", "style", "body", "div", "table", "tr", "th", "td",
        "strong", "br", "span", "a", "img",
    })
    ATTRIBUTES = frozenset({
        "style", "lang", "charset", "role", "scope", "href", "rel", "class", "name", "content",
        "width", "cellpadding", "cellspacing", "border", "align", "title", "src", "alt",
    })
    # fmt: on

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.ALLOWED:
            self.foreign.append(tag)
        for name, value in attrs:
            if name not in self.ATTRIBUTES:
                self.foreign.append(f"{tag} {name}")
            if name == "href" and not (value or "").startswith(("http://", "https://")):
                self.foreign.append(f"{tag} {name}={value}")
            if name == "src" and value != "cid:chart@coalition-watch":
                self.foreign.append(f"{tag} {name}={value}")
            if name == "style" and not re.fullmatch(r"[\w#:;,.%'\s-]*", value or ""):
                self.foreign.append(f"{tag} {name}={value}")

    def handle_comment(self, data: str) -> None:
        self.foreign.append(f"<!-- {data}")
