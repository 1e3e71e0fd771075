"""The dashboard over HTTP: pages, filters, probes, metrics, headers, and what it refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.integration.watched import COVERAGE, Watched, dashboard, watched
from worker.core.render.reasons import reason_label
from worker.ports import Progress, Stage

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with watched(tmp_path_factory.mktemp("web")) as found:
        found.take(COVERAGE)
        yield found


@pytest.fixture(scope="module")
def site(desk: Watched) -> Iterator[httpx.Client]:
    with (
        dashboard(desk.app) as address,
        httpx.Client(base_url=address, headers={"accept-language": "en"}) as client,
    ):
        yield client


def alert_of(desk: Watched, actor: str) -> str:
    return next(a.id for a in desk.app.alerts(actor=actor))


def test_the_matrix_shows_each_position_with_its_number_and_its_words_for_screen_readers(site):
    page = site.get("/").text
    row = re.search(r'<tr><th scope="row"><a href="/actor/NL">.*?</tr>', page, re.DOTALL)
    assert row is not None
    cell = re.search(r'<a class="s-committed" href="/actor/NL#troops" aria-label="(.*?)">', row[0])
    assert cell is not None
    assert cell[1] == "committed, up to 1,200 soldiers, if: a ceasefire, 7 d"
    assert "<b>≤1.2k</b>" in row[0]


def test_what_is_not_confirmed_is_marked_in_the_matrix(site):
    page = site.get("/").text
    assert re.search(r'class="s-committed u" href="/actor/TR#navy"', page)


@pytest.mark.parametrize(
    ("query", "there", "away"),
    [
        ("region=north", "/actor/SE", "/actor/FR"),
        ("measure=air", "/actor/BE", "/actor/NL"),
        ("stance=ruled_out", "/actor/BE", "/actor/FR"),
        ("since=2026-02-06", "/actor/FR", "/actor/PL"),
        ("region=bodies", "/actor/COALITION", "/actor/FR"),
        ("region=beyond", "/actor/US", "/actor/FR"),
    ],
)
def test_a_filter_of_the_matrix_leaves_what_it_asks_for(site, query, there, away):
    table = site.get(f"/?{query}").text.partition('<table class="matrix">')[2]
    assert there in table
    assert away not in table


def test_the_matrix_of_an_earlier_day_is_that_of_the_positions_command(site, desk):
    page = site.get("/?as_of=2026-02-03").text
    assert "As it was on 3 Feb 2026" in page
    [before] = [
        p for p in desk.app.positions(as_of="2026-02-03", actor="BE") if p.slot.measure == "air"
    ]
    assert f'class="s-{before.stance}" href="/actor/BE#air"' in page


def test_what_was_not_yet_known_on_a_day_is_not_shown_as_known_then(site):
    page = site.get("/?known_at=2026-02-01")
    assert 'href="/actor/NL#troops" aria-label="committed' not in page.text


@pytest.mark.parametrize(
    ("query", "allowed"),
    [
        ("stance=maybe", "committed"),
        ("region=mars", "balkans"),
        ("since=yesterday", "2026-02-01"),
        ("as_of=2026-13-45", "2026-02-01"),
    ],
)
def test_a_filter_that_is_none_is_refused_by_a_page_that_names_what_is_allowed(
    site, query, allowed
):
    answer = site.get(f"/?{query}")
    assert answer.status_code == 400
    assert allowed in answer.text


def test_the_page_of_an_actor_shows_each_step_with_its_evidence_and_a_chart(site):
    page = site.get("/actor/FR").text
    assert "France will send 12,000 soldiers to Ukraine after a ceasefire" in page
    assert page.count('class="f-committed') >= 2
    assert 'id="troops"' in page


def test_the_page_of_a_measure_lists_everybody(site):
    page = site.get("/measure/troops").text
    for actor in ("France", "Netherlands", "Russia"):
        assert f">{actor}</a>" in page


def test_an_alert_shows_before_and_after_the_sentence_in_its_context_and_why(site, desk):
    page = site.get(f"/alert/{alert_of(desk, 'BE')}").text
    assert "withdrawn" in page
    assert re.search(r"<mark>Belgien zieht seine Zusage zurück.*?</mark>", page, re.DOTALL)
    assert "Brüssel überrascht die Koalition der Willigen." in page
    assert reason_label("stance: committed → ruled_out", "en") in page
    assert "<td>console</td>" in page


def test_the_tree_of_origins_puts_a_copy_under_its_model(site, desk):
    page = site.get(f"/alert/{alert_of(desk, 'FR')}").text
    tree = page.partition('class="tree"')[2].partition("</section>")[0]
    assert tree.count('class="origin"') == 1
    assert "northernledger.example" in tree
    assert "citymirror.example" in tree
    assert "the same text" in tree


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("actor=BE", 1),
        ("kind=withdrawn", 1),
        ("confirmation=unconfirmed", 1),
        ("measure=air", 2),
        ("region=south", 0),
        ("since=2026-02-06", 1),
        ("severity=critical", None),
    ],
)
def test_a_filter_of_the_stream_leaves_what_it_asks_for(site, desk, query, count):
    page = site.get(f"/alerts?{query}").text
    if count is None:
        count = sum(a.severity == "critical" for a in desk.app.alerts())
    assert page.count('<article class="change') == count


def test_pages_speak_german_to_those_who_ask_for_it(site):
    page = site.get("/", headers={"accept-language": "de-DE,de;q=0.9,en;q=0.5"}).text
    assert '<html lang="de"' in page
    assert "Niederlande" in page
    answer = site.get("/alerts?lang=de")
    assert "Änderungen" in answer.text
    assert "lang=de" in answer.headers["set-cookie"]


def test_every_answer_carries_the_security_headers(site):
    for path in ("/", "/healthz", "/nowhere", "/static/app.css"):
        headers = site.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers


def test_an_unchanged_page_is_answered_with_304(site):
    first = site.get("/measure/air")
    again = site.get("/measure/air", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_foreign_host_name_is_refused(site):
    answer = site.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 421


def test_the_probes_answer(site):
    assert site.get("/healthz").json()["status"] == "ok"
    ready = site.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")


def test_the_metrics_tell_what_the_store_holds_in_the_terms_of_the_field(site, desk):
    site.get("/alerts")
    families = {f.name: f for f in text_string_to_metric_families(site.get("/metrics").text)}
    counts = desk.app.store.queries.counts()
    for name in ("entries", "articles", "claims", "alerts", "dead_letters"):
        [sample] = families[f"coalition_watch_{name}"].samples
        assert sample.value == counts[name], name
    stages = {s.labels["stage"] for s in families["coalition_watch_oldest_wait_seconds"].samples}
    assert stages == {"poll", "read", "judge", "deliver"}
    routes = {s.labels["route"] for s in families["coalition_watch_http_seconds"].samples}
    assert "stream" in routes


def test_no_page_names_a_table_word_that_is_missing(site, desk):
    from worker.web.words import keys

    templates = REPOSITORY / "worker" / "web" / "templates"
    named = {
        key
        for path in templates.rglob("*.*")
        for key in re.findall(r'say\("([a-z_.]+[a-z_])"', path.read_text("utf-8"))
    }
    from worker.core.render.labels import word

    bare = {k: k.rpartition(".")[2].replace("_", " ") for k in named - keys()}
    unknown = {k for k, shown in bare.items() if word(k, "de", 1, 2, 3) == shown}
    assert unknown == set()


def test_the_alert_rules_ask_only_for_metrics_and_labels_that_there_are(site, desk):
    desk.app._progressed(Progress(Stage.POLL, 1, "feed", False))
    site.get("/")
    text = site.get("/metrics").text
    known = {line.partition("{")[0].partition(" ")[0] for line in text.splitlines()}
    rules = yaml.safe_load(
        (REPOSITORY / "deploy" / "prometheus" / "alerts.yaml").read_text("utf-8")
    )
    exprs = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    named = {name for e in exprs for name in re.findall(r"coalition_watch_\w+", e)}
    assert len(named) >= 7
    assert named - known == set()
    for stage in ("read", "judge", "deliver"):
        assert f'stage="{stage}"' in text
    assert 'state="dying"' in text
