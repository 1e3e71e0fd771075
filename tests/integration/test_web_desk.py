"""The dashboard for those who work with it: search, what was held back, sources, signing in, writing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.integration.watched import COVERAGE, TOKEN, Told, Watched, dashboard, watched


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a worker leaves that has read the coverage."""
    folder = tmp_path_factory.mktemp("desk")
    with watched(folder) as found:
        found.take(COVERAGE)
    return folder / "watch.db"


@pytest.fixture
def desk(tmp_path, database: Path) -> Iterator[Watched]:
    with watched(tmp_path / "web", database=database) as found:
        yield found


@pytest.fixture
def site(desk: Watched) -> Iterator[httpx.Client]:
    with (
        dashboard(desk.app) as address,
        httpx.Client(base_url=address, headers={"accept-language": "en"}) as client,
    ):
        yield client


@pytest.fixture
def signed(site: httpx.Client) -> httpx.Client:
    answer = site.post("/login", data={"token": TOKEN, "name": "Ana", "next": "/alerts"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/alerts")
    return site


@pytest.fixture
def write(signed: httpx.Client) -> Callable[..., httpx.Response]:
    """Send a form of an alert's page as a browser would."""

    def send(path: str, data: dict[str, object], page: str) -> httpx.Response:
        found = re.search(r'name="mark" value="([^"]+)"', signed.get(page).text)
        assert found is not None
        return signed.post(path, data={"mark": found[1], **data})

    return send


def alert_of(desk: Watched, actor: str) -> str:
    return next(a.id for a in desk.app.alerts(actor=actor))


def form_of(page: str) -> dict[str, object]:
    """The values of the form of correction as it is shown."""
    form = page.partition("/correct")[2].partition("</form>")[0]
    fields: dict[str, object] = dict(re.findall(r'<input name="(\w+)"[^>]*? value="([^"]*)"', form))
    for name, options in re.findall(r'<select name="(\w+)">(.*?)</select>', form, re.DOTALL):
        fields[name] = re.findall(r'value="(\w+)" selected', options)[0]
    fields["condition"] = re.findall(r'value="(\w+)" checked', form)
    return fields


def test_a_search_finds_claims_and_articles_by_all_words_whatever_their_accents(site):
    page = site.get("/search", params={"q": "bruessel luftraum"}).text
    assert "Nothing has all of these words" in page
    page = site.get("/search", params={"q": "BELGIEN luftraum kampfflug"}).text
    assert page.count('class="hit"') == 2
    assert "<mark>Luftraum</mark>" in page
    page = site.get("/search", params={"q": "brussel uberrascht"}).text
    assert "<mark>Brüssel</mark>" in page


@pytest.mark.parametrize("asked", ['"', "*", "NEAR(a b)", "title:x OR", "(", "' OR 1=1 --", "-"])
def test_no_search_can_break_out_of_its_words(site, asked):
    assert site.get("/search", params={"q": asked}).status_code == 200


def test_a_corrected_article_is_found_by_its_new_words_only(site, desk):
    from sqlalchemy import update

    from worker.adapters.store import tables

    with desk.app.store.database.write() as connection:
        connection.execute(
            update(tables.article)
            .where(tables.article.c.title == "Roses in winter")
            .values(text="Prune the hydrangeas.")
        )
    assert "Roses in winter" in site.get("/search?q=hydrangeas").text
    assert "Nothing has all" in site.get("/search?q=mild+week").text


def test_what_was_held_back_is_shown_with_its_reason_and_can_be_filtered(site, desk):
    page = site.get("/suppressed").text
    assert page.count("<tr><td") == len(desk.app.suppressed(limit=1000))
    assert "about something else" in page
    only = site.get("/suppressed?reason=relevance").text
    assert only.count("<tr><td") == 1
    assert "Roses in winter" in only


def test_the_pages_of_a_long_list_hang_together(site, desk):
    more = [
        Told("Garden Weekly", "2026-02-08", f"Lawns {n}", f"Mow lawn number {n}.")
        for n in range(60)
    ]
    desk.take(more)
    seen, path = [], "/suppressed?reason=relevance"
    while path:
        page = site.get(path).text
        seen += re.findall(r">(Lawns \d+|Roses in winter)</a>", page)
        found = re.search(r'<a href="([^"]+)" rel="next"', page)
        path = found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == len(set(seen)) == 61


def test_the_sources_show_what_each_feed_has_brought(site, desk):
    page = site.get("/sources").text
    [row] = desk.app.source_health()
    assert "The Press" in page
    assert f'<td class="n">{row["entries"]}</td><td class="n">{row["relevant"]}</td>' in page


def test_the_system_page_shows_what_waits(site, desk):
    page = site.get("/system").text
    assert f"<dt>Claims</dt><dd>{desk.app.store.queries.counts()['claims']}</dd>" in page


def test_a_story_shows_one_change_across_outlets_in_their_order(site, desk):
    page = site.get(f"/alert/{alert_of(desk, 'FR')}/story").text
    assert page.index("Northern Ledger") < page.index("City Mirror")
    assert page.count("<mark>France will send 12,000 soldiers") == 2


def test_without_a_session_nothing_can_be_written(site, desk):
    path = f"/alert/{alert_of(desk, 'BE')}"
    for end in ("confirm", "dismiss", "correct", "silence"):
        assert site.post(f"{path}/{end}", data={"mark": "x"}).status_code == 403
    assert '<form class="writing"' not in site.get(path).text
    assert desk.app.feedback() == []


def test_a_wrong_token_is_refused_and_soon_not_tried_any_more(site):
    codes = [
        site.post("/login", data={"token": f"{TOKEN}x", "name": "Eve"}).status_code
        for _ in range(8)
    ]
    assert codes[0] == 403
    assert codes[-1] == 429
    assert "cw_session" not in site.cookies


def test_the_cookie_of_a_session_is_kept_from_scripts_and_other_sites(site):
    answer = site.post("/login", data={"token": TOKEN, "name": "Ana"})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_leads_to_no_other_site(site, target):
    answer = site.post("/login", data={"token": TOKEN, "name": "Ana", "next": target})
    assert answer.headers["location"] == "/"


def test_a_forged_form_is_refused(signed, desk):
    path = f"/alert/{alert_of(desk, 'BE')}"
    mark = re.search(r'name="mark" value="([^"]+)"', signed.get(path).text)
    assert mark is not None
    forged = [
        ({"mark": ""}, {}),
        ({"mark": mark[1][:-2] + "xx"}, {}),
        ({"mark": mark[1]}, {"sec-fetch-site": "cross-site"}),
    ]
    for data, headers in forged:
        assert signed.post(f"{path}/dismiss", data=data, headers=headers).status_code == 403
    assert desk.app.feedback() == []


def test_a_forged_session_is_none(site, desk):
    site.cookies.set("cw_session", "WyJBbmEiLCJ4Il0.aYx.forged")
    assert "Sign in" in site.get("/").text
    path = f"/alert/{alert_of(desk, 'BE')}/confirm"
    assert site.post(path, data={"mark": "x"}).status_code == 403


def test_who_confirms_an_alert_is_kept_with_their_name(write, signed, desk):
    path = f"/alert/{alert_of(desk, 'BE')}"
    assert write(f"{path}/confirm", {"remark": "read it twice"}, path).status_code == 303
    [kept] = desk.app.feedback()
    assert (kept["verdict"], kept["by"], kept["remark"]) == ("confirm", "Ana", "read it twice")
    assert "read it twice" in signed.get(path).text


def test_a_dismissed_alert_takes_its_claim_out_of_the_matrix(write, signed, desk):
    path = f"/alert/{alert_of(desk, 'BE')}"
    assert 'class="s-ruled_out" href="/actor/BE#air"' in signed.get("/").text
    assert write(f"{path}/dismiss", {"remark": "irony"}, path).status_code == 303
    assert 'class="s-committed" href="/actor/BE#air"' in signed.get("/").text


def test_a_correction_changes_what_it_names_and_nothing_else(write, signed, desk):
    path = f"/alert/{alert_of(desk, 'NL')}"
    values = form_of(signed.get(path).text)
    assert values["max"] == "1200"
    assert write(f"{path}/correct", {**values, "max": "1500"}, path).status_code == 303
    [position] = [p for p in desk.app.positions(actor="NL") if p.slot.measure == "troops"]
    assert [(q.min, q.max, q.unit) for q in position.quantities] == [(None, 1500, "soldiers")]
    assert {c.value for c in position.conditions} == {"ceasefire"}
    [kept] = desk.app.feedback()
    assert set(kept["correction"]) == {"quantities"}


def test_a_correction_can_name_another_actor_to_whom_the_position_then_belongs(write, signed, desk):
    path = f"/alert/{alert_of(desk, 'NL')}"
    values = form_of(signed.get(path).text)
    assert write(f"{path}/correct", {**values, "actor": "no"}, path).status_code == 303
    held = {p.slot.actor: p for p in desk.app.positions() if p.slot.measure == "troops"}
    assert [(q.max, q.unit) for q in held["NO"].quantities] == [(1200, "soldiers")]
    assert "NL" not in held or all(q.max != 1200 for q in held["NL"].quantities)


def test_a_correction_that_says_the_same_or_nonsense_is_refused_with_the_reason(
    write, signed, desk
):
    path = f"/alert/{alert_of(desk, 'NL')}"
    values = form_of(signed.get(path).text)
    for change, said in (
        ({}, "change what is wrong"),
        ({"stance": "keen"}, "allowed are opposed"),
        ({"max": "many"}, "must be a number"),
        ({"min": "9000"}, "must not be more than max"),
        ({"unit": "hats"}, "soldiers"),
        ({"as_of": "2026-99"}, "as_of"),
        ({"actor": "Atlantis"}, "COALITION"),
    ):
        answer = write(f"{path}/correct", {**values, **change}, path)
        assert answer.status_code == 400, change
        assert said in answer.text, change
    assert desk.app.feedback() == []


def test_what_is_silenced_is_held_back_until_the_silence_ends(write, signed, desk):
    path = f"/alert/{alert_of(desk, 'SE')}"
    data = {"hours": "24", "reason": "known here", "scope": "slot"}
    assert write(f"{path}/silence", data, path).status_code == 303
    [silence] = desk.app.store.silences.list(ending_after=desk.clock.now())
    assert {k: set(v) for k, v in silence.match.items()} == {"actor": {"SE"}, "measure": {"air"}}
    assert silence.author == "Ana"
    assert "known here" in signed.get("/system").text
    assert write(f"/silence/{silence.id}/end", {}, "/system").status_code == 303
    assert desk.app.store.silences.list(ending_after=desk.clock.now()) == []


def test_a_form_of_another_kind_or_size_is_refused(signed, desk):
    path = f"/alert/{alert_of(desk, 'BE')}/confirm"
    many = {f"field{n}": "x" for n in range(200)}
    assert signed.post(path, data=many).status_code == 400
    files = {"mark": ("a.txt", b"x" * 100)}
    assert signed.post(path, files=files).status_code in (400, 403)


def test_without_a_token_set_the_dashboard_is_read_only(tmp_path):
    with watched(tmp_path / "web") as desk:
        desk.app.settings = desk.app.settings.__class__(
            **{
                name: getattr(desk.app.settings, name)
                for name in desk.app.settings.__dataclass_fields__
                if name != "web"
            },
            web=desk.app.settings.web.model_copy(update={"token": None}),
        )
        with dashboard(desk.app) as address, httpx.Client(base_url=address) as site:
            assert "/login" not in site.get("/").text
            assert site.get("/login").status_code == 404
            assert site.post("/login", data={"token": "", "name": "x"}).status_code == 404


def test_too_many_requests_of_one_address_are_refused(tmp_path):
    with (
        watched(tmp_path / "web", web=", per_minute: 5") as desk,
        dashboard(desk.app) as address,
        httpx.Client(base_url=address) as site,
    ):
        answers = [site.get("/search") for _ in range(7)]
        assert {a.status_code for a in answers[:5]} == {200}
        assert answers[-1].status_code == 429
        assert answers[-1].headers["retry-after"] == "60"
        assert site.get("/healthz").status_code == 200
