"""The published schema of the webhooks: every body fits it, and it refuses what is none."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError

from tests.samples import hostile_alert, sample_alert
from worker.core.render import encode, render_note, render_test, render_webhook
from worker.core.render.webhook import SCHEMA_VERSION

FILE = Path(__file__).parents[2] / "docs" / "schema" / f"webhook-{SCHEMA_VERSION}.json"
SCHEMA = json.loads(FILE.read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)


def sent(body: dict[str, Any]) -> Any:
    """The body as a receiver reads it."""
    return json.loads(encode(body))


def test_the_schema_is_one_and_names_the_version_that_is_sent() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$defs"]["alerts_body"]["properties"]["schema_version"] == {
        "const": SCHEMA_VERSION
    }
    assert SCHEMA["$id"] == f"urn:coalition-watch:webhook:{SCHEMA_VERSION}"


@pytest.mark.parametrize("count", [1, 3, 200])
def test_alerts_fit_the_schema_even_where_some_had_no_room(count: int) -> None:
    rival = sample_alert().evidence
    body = render_webhook([sample_alert(id=f"id-{n}", rival=rival) for n in range(count)])
    VALIDATOR.validate(sent(body))


@pytest.mark.parametrize("body", [render_note("webhook", "t", ["x" * 2000] * 40),
                                  render_test("webhook", "partner", "de")])  # fmt: skip
def test_notes_and_tests_fit_the_schema_and_are_no_alerts(body: dict[str, Any]) -> None:
    VALIDATOR.validate(sent(body))
    assert "alerts" not in body["data"]


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Z", "C"]), max_size=900))
def test_whatever_an_article_holds_the_body_fits_the_schema(text: str) -> None:
    VALIDATOR.validate(sent(render_webhook([hostile_alert(text)])))


def test_every_field_that_is_sent_stands_in_the_schema() -> None:
    (alert,) = sent(render_webhook([sample_alert(rival=sample_alert().evidence)]))["data"]["alerts"]
    definitions = SCHEMA["$defs"]
    assert set(alert) == set(definitions["alert"]["properties"])
    assert set(alert["to"]) == set(definitions["position"]["properties"])
    for proof in ("proof", "previous", "rival"):
        assert set(alert[proof]) == set(definitions["proof"]["properties"])


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("schema_version",), 2),
        (("type",), "coalition_watch.other"),
        (("data", "alerts", 0, "kind"), "surprise"),
        (("data", "alerts", 0, "article"), "javascript:x"),
        (("data", "alerts", 0, "to"), None),
        (("data", "alerts", 0, "proof", "quote"), 7),
    ],
)
def test_the_schema_refuses_what_is_none(path: tuple[Any, ...], wrong: object) -> None:
    body = deepcopy(sent(render_webhook([sample_alert()])))
    place = body
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = wrong
    with pytest.raises(ValidationError):
        VALIDATOR.validate(body)
