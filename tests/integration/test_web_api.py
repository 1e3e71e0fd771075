"""The API as its document describes it, exports, feeds and charts."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from lxml import etree, html

from tests.integration.watched import COVERAGE, Told, Watched, dashboard, watched
from worker.settings import load_settings
from worker.web.api.table import cell

HOSTILE = Told(
    "Evil Post",
    "2026-02-08",
    '=HYPERLINK("http://evil.example") <script>alert(1)</script>',
    "Norway will send 900 soldiers to Ukraine once a ceasefire holds, the Norwegian prime minister "
    "said on Sunday. The coalition of the willing spoke of security guarantees for Ukraine.",
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with watched(tmp_path_factory.mktemp("api"), web=", per_minute: 1000000") as found:
        found.take([*COVERAGE, HOSTILE])
        yield found


@pytest.fixture(scope="module")
def site(desk: Watched) -> Iterator[httpx.Client]:
    with (
        dashboard(desk.app) as address,
        httpx.Client(base_url=address, headers={"accept-language": "en"}) as client,
    ):
        yield client


def all_of(site: httpx.Client, path: str) -> list[dict]:
    """The items of all pages."""
    found: list[dict] = []
    url: str | None = path
    while url:
        page = site.get(url).json()
        found += page["items"]
        url = page["next"]
    return found


def test_the_positions_are_those_of_the_ledger(site, desk):
    told = {
        (p["actor"], p["measure"], p["item"]): p["stance"]
        for p in all_of(site, "/api/v1/positions")
    }
    known = {
        (p.slot.actor, p.slot.measure.value, p.slot.item): p.stance.value
        for p in desk.app.positions()
    }
    assert told == known


def test_the_positions_of_a_day_are_those_of_the_ledger_of_that_day(site, desk):
    told = all_of(site, "/api/v1/positions?as_of=2026-02-03&actor=BE")
    known = desk.app.positions(as_of="2026-02-03", actor="BE")
    assert [(p["measure"], p["stance"]) for p in told] == [
        (p.slot.measure.value, p.stance.value) for p in sorted(known, key=lambda p: str(p.slot))
    ]


@pytest.mark.parametrize(
    "path", ["/api/v1/claims?limit=7", "/api/v1/positions?limit=7", "/api/v1/changes?limit=2"]
)
def test_paging_shows_everything_once(site, path):
    paged = all_of(site, path)
    whole = all_of(site, path.partition("?")[0] + "?limit=500")
    assert paged == whole
    assert len(whole) > 4


def test_a_claim_and_a_change_have_an_address_of_their_own(site):
    [claim, *_] = site.get("/api/v1/claims?limit=1").json()["items"]
    assert site.get(f"/api/v1/claims/{claim['id']}").json() == claim
    [change, *_] = site.get("/api/v1/changes?limit=1").json()["items"]
    assert site.get(f"/api/v1/changes/{change['id']}").json() == change
    assert site.get(change["link"]).status_code == 200
    assert site.get("/api/v1/claims/none").status_code == 404


def test_an_unchanged_answer_is_not_sent_again(site):
    first = site.get("/api/v1/positions")
    again = site.get("/api/v1/positions", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["positions", "claims", "changes"])
def test_a_csv_file_has_the_rows_of_the_json(site, name):
    answer = site.get(f"/api/v1/{name}.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert f'filename="{name}.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    items = all_of(site, f"/api/v1/{name}?limit=500")
    assert [(r["actor"], r["measure"]) for r in rows] == [(i["actor"], i["measure"]) for i in items]


def test_a_headline_that_is_a_formula_is_plain_text_in_a_spreadsheet(site):
    text = site.get("/api/v1/claims.csv?actor=NO").text
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[0]["proof.title"].startswith("'=HYPERLINK")


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_text_becomes_a_formula(value):
    assert cell(value) == f"'{value}"


def test_with_a_key_set_only_who_shows_it_may_read(tmp_path):
    with (
        watched(tmp_path / "key", web=", api_key: 'env:DESK_KEY'") as desk,
        dashboard(desk.app) as address,
        httpx.Client(base_url=address) as site,
    ):
        assert site.get("/api/v1/positions").status_code == 401
        wrong = {"authorization": "Bearer wrong"}
        assert site.get("/api/v1/positions", headers=wrong).status_code == 401
        right = {"authorization": "Bearer a-key-for-reading"}
        assert site.get("/api/v1/positions", headers=right).status_code == 200
        assert site.get("/").status_code == 200


def test_the_atom_feed_tells_the_changes_and_holds_no_markup_of_strangers(site, desk):
    answer = site.get("/changes.atom")
    feed = etree.fromstring(answer.content)
    atom = {"a": "http://www.w3.org/2005/Atom"}
    entries = feed.findall("a:entry", atom)
    assert len(entries) == len(desk.app.alerts())
    for entry in entries:
        link = entry.find("a:link", atom).get("href")
        assert site.get(link).status_code == 200
        page = html.fragment_fromstring(entry.findtext("a:content", None, atom))
        assert {e.tag for e in page.iter()} <= {"div", "p", "strong", "blockquote", "a"}
        assert len(entry.find("a:content", atom)) == 0
    assert feed.find("a:updated", atom).text


def test_the_json_feed_tells_the_same(site, desk):
    told = json.loads(site.get("/changes.json").text)
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert {i["id"] for i in told["items"]} == {a.id for a in desk.app.alerts()}
    only = json.loads(site.get("/changes.json?actor=NL").text)
    assert [i["tags"][0] for i in only["items"]] == ["NL"]


def test_the_feeds_of_a_route_hold_what_it_takes_in_its_language(tmp_path):
    with watched(tmp_path) as desk:
        desk.take(COVERAGE)
        routes = "{name: benelux, match: {actor: [NL, BE]}, language: de}"
        tree = f"route: {{channels: [console], routes: [{routes}]}}\n"
        (desk.folder / "routes.yaml").write_text(tree)
        with dashboard(desk.app) as address, httpx.Client(base_url=address) as site:
            before = site.get("/changes.json?route=benelux")
            desk.app.settings = load_settings(desk.folder, {"DESK_TOKEN": "x"})  # as SIGHUP does
            told = site.get("/changes.json?route=benelux").json()
            feed = etree.fromstring(site.get("/changes.atom?route=benelux").content)
            narrow = site.get("/changes.json?route=benelux&actor=NL&lang=en").json()
            rest = site.get("/changes.json?route=default").json()
    assert (before.status_code, "allowed are default" in before.text) == (400, True)
    assert {item["tags"][0] for item in told["items"]} == {"NL", "BE"}
    assert (told["language"], feed.get("{http://www.w3.org/XML/1998/namespace}lang")) == (
        "de",
        "de",
    )
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == len(told["items"])
    assert told["feed_url"].endswith("/changes.json?route=benelux")
    assert "route=benelux" in told["title"]
    assert ({item["tags"][0] for item in narrow["items"]}, narrow["language"]) == ({"NL"}, "en")
    assert rest["items"]
    assert not {item["tags"][0] for item in rest["items"]} & {"NL", "BE"}


def test_a_feed_can_be_narrowed_like_the_stream_and_names_what_is_allowed(site, desk):
    loud = site.get("/changes.json?severity=high").json()["items"]
    assert {item["id"] for item in loud} == {
        alert.id for alert in desk.app.alerts() if alert.severity.value == "high"
    }
    wrong = site.get("/changes.atom?kind=nonsense")
    assert (wrong.status_code, "new_pledge" in wrong.text) == (400, True)


def test_a_feed_of_an_actor_nobody_has_spoken_of_yet_is_empty_and_a_wrong_filter_refused(site):
    early = site.get("/changes.json?actor=fj")
    assert (early.status_code, early.json()["items"]) == (200, [])
    assert site.get("/changes.json?actor=NATO").status_code == 200
    for wrong, told in (
        ("actor=XQ", "actor=XQ: must be an ISO 3166-1 alpha-2 code, EU, UN, NATO or COALITION"),
        ("acter=NL", "acter: there is no such filter; allowed are route, actor, measure, kind"),
    ):
        answer = site.get(f"/changes.atom?{wrong}")
        assert (answer.status_code, told in answer.text) == (400, True)


@pytest.mark.parametrize(
    "path",
    [
        "/chart/map.{}?measure=troops",
        "/chart/lanes.{}?actor=FR",
        "/chart/lanes.{}?measure=air",
        "/chart/stances.{}?measure=troops",
        "/chart/sums.{}?measure=troops",
        "/chart/band.{}?actor=FR&measure=troops&unit=soldiers",
    ],
)
def test_every_chart_can_be_had_as_svg_and_as_png(site, path):
    svg = site.get(path.format("svg"))
    assert svg.headers["content-type"].startswith("image/svg+xml")
    drawn = etree.fromstring(svg.content)
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    assert "var(" not in svg.text
    assert "default-src 'none'" in svg.headers["content-security-policy"]
    png = site.get(path.format("png"))
    assert png.content.startswith(b"\x89PNG\r\n\x1a\n")
    width = int.from_bytes(png.content[16:20], "big")
    assert width == int(drawn.get("width", "0"))


def test_the_map_colours_each_state_by_its_stance(site, desk):
    page = site.get("/map?measure=troops").text
    assert (
        'href="/actor/NL#troops" aria-label="Netherlands: committed, up to 1,200 soldiers"' in page
    )
    assert '<path class="state-shape f-opposed"' in page
    assert site.get("/map?measure=hats").status_code == 400


def test_the_trend_counts_what_the_ledger_held_at_the_end_of_each_month(site, desk):
    page = site.get("/trends?measure=troops").text
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    newest = table.partition("</tr>")[0]
    held = [
        p.stance.value
        for p in desk.app.positions()
        if p.slot.measure == "troops" and p.slot.item is None
    ]
    numbers = [int(n) for n in re.findall(r'<td class="n">(\d+)</td>', newest)]
    assert sum(numbers) == len(held)
    assert held.count("committed") in numbers


def test_the_page_of_the_api_names_every_address_of_its_document(site):
    page, document = site.get("/api").text, site.get("/api/v1/openapi.json").json()
    for path in document["paths"]:
        assert f"GET /api/v1{path}<" in page


# What the document promises holds for whatever is asked -------------------------------------------


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    web = ", per_minute: 1000000, api_key: 'env:DESK_KEY'"
    with watched(tmp_path_factory.mktemp("schema"), web=web) as desk:
        desk.take([*COVERAGE, HOSTILE])
        with dashboard(desk.app) as address:
            yield schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json")


PATHS = (
    "/positions",
    "/positions.csv",
    "/claims",
    "/claims.csv",
    "/claims/{claim_id}",
    "/changes",
    "/changes.csv",
    "/changes/{change_id}",
    "/sources",
)


@pytest.mark.parametrize("path", PATHS)
def test_the_api_keeps_what_its_document_promises(schema, path):
    operation = schema[path]["GET"]

    @given(case=operation.as_strategy())
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    def holds(case):
        case.call_and_validate(headers={"Authorization": "Bearer a-key-for-reading"})

    holds()


def test_no_address_of_the_document_goes_untested(site):
    assert set(site.get("/api/v1/openapi.json").json()["paths"]) == set(PATHS)
