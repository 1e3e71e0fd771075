"""Sources from the command line: found, tried, added, listed, exchanged."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.acceptance.conftest import TEXT
from tests.integration.desk import write_config
from tests.integration.newsroom import Press
from worker.settings import load_settings


def page(press: Press, path: str, body: str) -> str:
    """Serve an HTML page; returns its address."""
    answer = press.answer

    def with_page(asked: str, validator: str | None) -> tuple[int, bytes, dict[str, str]]:
        if asked == path:
            press.asked[asked] += 1
            return 200, body.encode(), {"Content-Type": "text/html"}
        return answer(asked, validator)

    press.answer = with_page
    return press.url("a", path)


def only_feeds(config: Path, text: str) -> Path:
    path = config / "feeds.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_trial_shows_what_was_fetched_parsed_extracted_and_judged(program, press):
    steps = program("feeds", "test", "a", "--format", "json").lines
    assert [step["step"] for step in steps] == ["fetched", "parsed", "extracted", "judged"]
    fetched, parsed, extracted, judged = steps
    assert (fetched["status"], bool(fetched["etag"])) == (200, True)
    assert parsed["newest"][0]["title"] == "Germany to send soldiers to Ukraine"
    assert extracted["text_source"] == "page"
    claims = {(c["actor"], c["measure"], c["stance"]) for c in judged["claims"]}
    assert ("DE", "troops", "committed") in claims
    assert "DE/troops" in {alert["slot"] for alert in judged["alerts"]}


def test_a_trial_for_people_names_each_step_and_stores_nothing(program, press):
    shown = program("feeds", "test", press.url("a"))
    assert shown.code == 0
    assert [line.split()[:2] for line in shown.out.splitlines() if line[0] in "✔✖"] == [
        ["✔", "fetched"],
        ["✔", "parsed"],
        ["✔", "extracted"],
        ["✔", "judged"],
    ]
    assert "DE troops committed: “Germany will send 800 soldiers" in shown.out
    assert program("alerts", "--format", "json").out == ""


@pytest.mark.parametrize(
    ("break_it", "step", "told"),
    [
        (lambda press: press.statuses.update({"/a.xml": 403}), "fetched", "answers 403"),
        (lambda press: press.feed_bodies.update(a=b"<html>Hi</html>"), "parsed", "HTML page"),
    ],
)
def test_a_trial_ends_where_something_is_wrong_and_says_what(program, press, break_it, step, told):
    break_it(press)
    outcome = program("feeds", "test", "a", "--format", "json")
    assert outcome.code == 1
    assert (outcome.lines[-1]["step"], outcome.lines[-1]["ok"]) == (step, False)
    assert told in outcome.lines[-1]["told"]


def test_a_page_that_cannot_be_had_is_told_and_the_feeds_own_text_used(program, press):
    press.statuses["/a/0.html"] = 404
    press.feeds["a"][0].summary = TEXT
    extracted, judged = program("feeds", "test", "a", "--format", "json").lines[2:]
    assert "answers 404" in extracted["told"]
    assert extracted["text_source"] == "feed_summary"
    assert "DE" in {claim["actor"] for claim in judged["claims"]}


def test_what_is_neither_an_id_nor_an_address_is_refused(program):
    outcome = program("feeds", "test", "nowhere")
    assert outcome.code == 2
    assert outcome.errors[-1].startswith("coalition-watch: nowhere: neither the id")


def test_a_feed_that_a_sites_page_declares_is_found_and_written_with_comments_kept(
    program, press, config
):
    link = '<link rel="alternate" type="application/rss+xml" href="/a.xml">'
    url = page(press, "/", f"<html><head>{link}</head><body>News</body></html>")
    path = only_feeds(
        config,
        "# Mine.\nfeeds:\n  # The first.\n  - id: other  # really\n    url: https://o.example/rss\n"
        "    title: Other\n    language: de\n    country: DE\n    kind: press\n",
    )
    before = path.read_text(encoding="utf-8")
    options = ("--language", "en", "--country", "gb", "--id", "fjord", "--high")
    (added,) = program("feeds", "add", url, *options, "--format", "json").lines
    assert added["url"] == press.url("a")
    assert added["newest"][0]["title"] == "Germany to send soldiers to Ukraine"
    assert path.read_text(encoding="utf-8").startswith(before)
    feeds = {feed.id: feed for feed in load_settings(config, {}).feeds}
    assert list(feeds) == ["other", "fjord"]
    assert (feeds["fjord"].priority, feeds["fjord"].country) == ("high", "GB")


def test_a_feed_at_a_usual_place_is_found_though_nothing_names_it(program, press, config):
    press.feeds["feed"] = press.feeds["a"]
    press.robots = f"User-agent: *\nSitemap: {press.url('a', '/feed.xml')}\n"
    url = page(press, "/", "<html><body>No feed is named here.</body></html>")
    only_feeds(config, "feeds: []\n")
    (added,) = program("feeds", "add", url, "--format", "json").lines
    assert added["url"].endswith("/feed.xml")
    assert [feed.url for feed in load_settings(config, {}).feeds] == [added["url"]]


def test_a_dry_run_and_a_feed_that_is_configured_write_nothing(program, press, config):
    path = config / "feeds.yaml"
    before = path.read_bytes()
    outcome = program("feeds", "add", press.url("a"))
    assert outcome.code == 2
    assert "is configured already, as a" in outcome.err
    only_feeds(config, "feeds: []\n")
    assert program("feeds", "add", press.url("a"), "--dry-run").code == 0
    assert path.read_text() == "feeds: []\n"
    assert before


def test_a_site_without_a_feed_is_said_to_have_none(program, press, config):
    only_feeds(config, "feeds: []\n")
    url = page(press, "/nothing", "<html><body>Nothing.</body></html>")
    outcome = program("feeds", "add", url)
    assert outcome.code == 1
    assert "no feed there" in outcome.err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--id", "Upper Case"), "small letters"),
        (("--language", "english"), "ISO 639"),
        (("--country", "Germany"), "ISO 3166-1"),
        (("--id", "taken"), "the id taken is taken"),
        (("--choose", "4"), "there are 1"),
    ],
)
def test_wrong_values_of_a_new_feed_are_named_and_nothing_is_written(
    program, press, config, options, told
):
    text = (
        "feeds:\n- {id: taken, url: 'https://o.example/', title: O, language: de, country: DE, "
        "kind: press}\n"
    )
    path = only_feeds(config, text)
    outcome = program("feeds", "add", press.url("a"), *options)
    assert outcome.code == 2
    assert told in outcome.err
    assert path.read_text() == text


def test_a_file_in_another_form_is_left_as_it_is(program, press, config):
    before = (config / "feeds.yaml").read_bytes()  # JSON, which is YAML
    press.feeds["feed"] = press.feeds["a"]
    outcome = program("feeds", "add", press.url("feed"))
    assert outcome.code == 2
    assert "`feeds:` must be the last key" in outcome.err
    assert (config / "feeds.yaml").read_bytes() == before


def test_an_export_comes_back_as_it_was(program, press, config, tmp_path):
    path = only_feeds(
        config,
        "feeds:\n"
        '- {id: one, url: "https://one.example/rss?a=1&b=2", title: "Ä: <one> & “two”", '
        "language: pl, country: PL, kind: official, priority: high, publisher_group: grp}\n"
        "- {id: two, url: 'https://two.example/f', title: 'true', language: uk, country: UA, "
        "kind: wire}\n",
    )
    list_ = tmp_path / "list.opml"
    assert program("feeds", "export", list_).code == 0
    before = load_settings(config, {}).feeds
    only_feeds(config, "# Empty.\nfeeds: []\n")
    (outcome,) = program("feeds", "import", list_, "--format", "json").lines
    assert outcome == {"added": ["one", "two"], "known": 0}
    assert load_settings(config, {}).feeds == before
    assert path.read_text(encoding="utf-8").startswith("# Empty.\n")
    (again,) = program("feeds", "import", list_, "--format", "json").lines
    assert again == {"added": [], "known": 2}


def test_a_readers_list_with_folders_is_imported_with_the_options(program, config, tmp_path):
    list_ = tmp_path / "reader.opml"
    list_.write_text(
        '<opml version="1.0"><body><outline text="News">'
        '<outline type="rss" text="Blatt" xmlUrl="https://www.blatt.example/rss"/>'
        '<outline text="no feed"/><outline text="Bad" xmlUrl="ftp://b.example/"/>'
        "</outline></body></opml>"
    )
    only_feeds(config, "feeds: []  # none yet\n")
    assert program("feeds", "import", list_, "--language", "de", "--country", "at").code == 0
    feed = load_settings(config, {}).feeds[-1]
    assert (feed.id, feed.title, feed.language, feed.country) == ("blatt", "Blatt", "de", "AT")


def test_what_is_no_opml_is_refused(program, tmp_path):
    wrong = tmp_path / "wrong.opml"
    wrong.write_text("<rss/>")
    for name, told in ((wrong, "no OPML file"), (tmp_path / "none", "cannot read it")):
        outcome = program("feeds", "import", name)
        assert outcome.code == 1
        assert told in outcome.err


def test_the_list_of_feeds_shows_what_each_has_brought(program, press, config):
    press.add("b", "Nothing of note happened in the town", "The fair was opened by the mayor.")
    press.feeds["b"][0].background = (
        "A band played, and the children ate cake until it rained. " * 6
    )
    press.add("c", "Seen by its summary alone in this feed", "unread")
    press.feeds["c"][0].summary = TEXT.replace("Germany", "Denmark").replace("German", "Danish")
    press.statuses |= {"/c/0.html": 404, "/d.xml": 500}
    press.add("d", "Never read", "unread", age=timedelta(hours=1))
    write_config(config, press, {})
    assert program("run", "--once").code == 0
    rows = {row["id"]: row for row in program("feeds", "--format", "json").lines}
    gains = ("entries", "relevant", "stub_rate")
    assert [rows["a"][key] for key in gains] == [1, 1, 0.0]
    assert [rows["b"][key] for key in gains] == [1, 0, 0.0]
    counted = [(rows[name]["claims"] > 0, rows[name]["alerts"] > 0) for name in "ab"]
    assert counted == [(True, True), (False, False)]
    assert rows["c"]["stub_rate"] == 1.0
    assert (rows["d"]["failures"], rows["d"]["last_success_at"]) == (1, None)
    shown = program("feeds", "--problems", "--format", "json").lines
    assert [row["id"] for row in shown] == ["d"]
    assert json.dumps(shown)
