"""Who really reported it: wires, copies, publisher groups."""

from __future__ import annotations

import random

import pytest

from worker.core.origins import (
    COPY_SIMILARITY,
    MARKS,
    SKETCH_SIZE,
    KnownText,
    article_key,
    copied_from,
    marks_of,
    origin_of,
    publisher_of,
    similarity,
    sketch_of,
    text_digest,
    wire_of,
)
from worker.model import Article

BODY = (
    "The government in Lisbon is considering sending four aircraft to patrol the sky over western "
    "Ukraine once the guns fall silent, people with knowledge of the deliberations said. A decision "
    "is to be taken before the summer break, and the parliament would have to be asked. The defence "
    "ministry declined to comment, while the president pointed to talks with the allies next month."
)


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        ("KYIV (Reuters) - Britain will send troops.", "wire:reuters"),
        ("Kopenhagen (dpa) - Dänemark will Soldaten stellen.", "wire:dpa"),
        ("Berlin (dpa/AFP) – Der Kanzler sagte zu.", "wire:dpa"),
        ("PARIS (AP) — France will send troops.", "wire:ap"),
        ("Paris (AFP) La France enverra des soldats.", "wire:afp"),
        ("(ANSA) - ROMA, 21 APR - L'Italia non invierà soldati.", "wire:ansa"),
        ("Madrid, 17 jun (EFE).- España enviará 400 soldados.", "wire:efe"),
        ("Warszawa (PAP) – Polska nie wyśle żołnierzy.", "wire:pap"),
        ("Київ (Укрінформ) – Данія виплатила кошти.", "wire:ukrinform"),
        ("Москва (ТАСС). Песков заявил, что это неприемлемо.", "wire:tass"),
        ("DEN HAAG (ANP) - Nederland stuurt zes F-16's.", "wire:anp"),
        ("Lissabon will Flugzeuge schicken. Quelle: dpa", "wire:dpa"),
        ("Lisbon will send jets.\n\nSource: Reuters", "wire:reuters"),
        ("Lissabon will Flugzeuge schicken.\n\n(dpa)", "wire:dpa"),
        ("Nach Angaben von Reuters will Lissabon Flugzeuge schicken.", "wire:reuters"),
        ("Lissabon prüfe das, berichtet die Nachrichtenagentur AFP.", "wire:afp"),
        ("Lisbon is considering it, according to Reuters.", "wire:reuters"),
        ("Lisbonne y réfléchit, selon l'AFP.", "wire:afp"),
        ("Lisboa lo estudia, según EFE.", "wire:efe"),
        ("Lisbona ci pensa, secondo l'ANSA.", "wire:ansa"),
        ("Lissabon denkt erover na, volgens Reuters.", "wire:reuters"),
        ("Lizbona to rozważa, jak podaje PAP.", "wire:pap"),
        ("Лісабон це розглядає, за даними Reuters.", "wire:reuters"),
        ("Лиссабон это рассматривает, сообщает Рейтер.", "wire:reuters"),
    ],
)
def test_a_wire_is_known_by_its_mark_in_nine_languages(text: str, wire: str) -> None:
    assert wire_of(Article(text=text)) == wire


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        "Reuters wurde 1851 gegründet.",
        "The AP class met on Monday. Students liked it.",
        "Laut Reuters ja, laut AFP nein.",
        "Das TT-Rennen auf der Insel Man (3. Juni) fällt aus.",
        "Lisbon (Portugal) - The government met.",
        "EPD steht in einem Wort, epdemisch auch.",
    ],
)
def test_a_name_in_passing_makes_no_wire_text(text: str) -> None:
    assert wire_of(Article(text=text)) is None


def test_the_source_of_a_search_feed_may_be_the_wire_itself() -> None:
    assert wire_of(Article(text="x", source="Reuters")) == "wire:reuters"


def test_the_origin_that_extraction_found_is_taken() -> None:
    article = Article(text="x", source="a", origin="AFP")
    assert origin_of(article, sketch_of("x")) == "wire:afp"


def known(text: str, key: str, origin: str, day: str = "2026-02-01") -> KnownText:
    article = Article(text=text, url=key)
    return KnownText(key, text_digest(article), origin, day, sketch=sketch_of(article.full_text))


def test_a_copy_with_another_headline_and_lead_has_the_origin_of_its_model() -> None:
    article = Article(text="Our own first line. " + BODY, title="Jets!", url="b", source="Bugle")
    sketch = sketch_of(article.full_text)
    texts = [known(BODY, "a", "outlet:herald"), known("Else " * 30, "c", "outlet:c")]
    assert origin_of(article, sketch, texts) == "outlet:herald"


def test_an_own_text_about_the_same_matter_is_no_copy() -> None:
    own = Article(
        text="Portugal thinks about flying patrols over Ukraine after a ceasefire with four of its "
        "fighters, our correspondent learnt from three officials in Lisbon on Friday evening.",
        url="b",
    )
    assert copied_from(own, sketch_of(own.full_text), [known(BODY, "a", "outlet:a")]) is None


def test_short_texts_are_never_called_copies() -> None:
    article = Article(text="Lisbon will send jets.", url="b")
    texts = [known("Lisbon will send jets.", "a", "outlet:a")]
    assert copied_from(article, sketch_of(article.full_text), texts) is None


def test_an_article_is_no_copy_of_its_own_earlier_edition() -> None:
    article = Article(text=BODY, url="a")
    assert copied_from(article, sketch_of(article.full_text), [known(BODY, "a", "x")]) is None


def test_of_two_models_the_earlier_counts() -> None:
    article = Article(text=BODY, url="c")
    texts = [known(BODY, "b", "outlet:b", "2026-02-02"), known(BODY, "a", "outlet:a")]
    found = copied_from(article, sketch_of(article.full_text), texts)
    assert found is not None
    assert found.article_key == "a"


def test_outlets_of_one_group_are_one_origin() -> None:
    groups = {"herald": "north", "bugle.example": "north"}
    one = Article(text="x", source="Herald", url="https://www.herald.example/1")
    two = Article(text="y", url="https://www.news.bugle.example/2")
    assert publisher_of(one, groups) == publisher_of(two, groups) == "group:north"


@pytest.mark.parametrize(
    ("article", "origin"),
    [
        (Article(text="x", source="Herald ", url="https://h.example/1"), "outlet:herald"),
        (Article(text="x", url="https://www.h.example/1"), "outlet:h.example"),
        (Article(text="x", url="http://[bad"), "outlet:http://[bad"),
    ],
)
def test_without_group_the_outlet_is_the_origin(article: Article, origin: str) -> None:
    assert publisher_of(article) == origin


def test_the_estimated_similarity_is_close_to_the_true_one() -> None:
    rng = random.Random(7)
    words = [f"w{n}" for n in range(400)]
    for share in (0.2, 0.5, 0.8):
        cut = int(len(words) * share)
        other = words[:cut] + [f"v{rng.random()}" for _ in range(len(words) - cut)]
        true = (cut - 3) / (2 * (len(words) - 3) - (cut - 3))
        estimate = similarity(sketch_of(" ".join(words)), sketch_of(" ".join(other)))
        assert abs(estimate - true) < 0.15


def test_white_space_and_unicode_form_do_not_change_the_digest() -> None:
    one, two = Article(text="Pål  Jonson\nsagt"), Article(text="Pål Jonson sagt ")
    assert text_digest(one) == text_digest(two)
    assert text_digest(one) != text_digest(Article(text="Pal Jonson sagt"))


def test_without_url_the_text_identifies_the_article() -> None:
    assert article_key(Article(text="a")) == article_key(Article(text=" a"))
    assert article_key(Article(text="a")) != article_key(Article(text="b"))
    assert article_key(Article(text="a", url="u")) == "u"


def test_hostile_text_is_sketched_in_time() -> None:
    for text in ("(" * 50_000, "Reuters " * 20_000, "\ud800" * 1000, "dpa/" * 20_000):
        article = Article(text=text, url="a")
        sketch = sketch_of(text)
        assert len(sketch) <= 96
        assert origin_of(article, sketch).partition(":")[0] in ("wire", "outlet")
    assert 0 < COPY_SIMILARITY < 1


def test_texts_that_are_just_alike_enough_to_be_copies_have_a_mark_in_common():
    """Copies are looked for by their marks only: what shares none is not seen."""
    chance, pairs = random.Random(7), 0
    for _ in range(3000):
        common = [chance.getrandbits(56) for _ in range(200)]
        own, other = ([chance.getrandbits(56) for _ in range(100)] for _ in range(2))
        one = tuple(sorted(common + own)[:SKETCH_SIZE])
        two = tuple(sorted(common + other)[:SKETCH_SIZE])
        if COPY_SIMILARITY <= similarity(one, two) < COPY_SIMILARITY + 0.1:
            pairs += 1
            assert set(marks_of(one)) & set(marks_of(two))
    assert pairs > 1000


def test_a_text_too_short_to_be_a_copy_has_no_marks():
    assert marks_of(sketch_of(" ".join(f"w{n}" for n in range(14)))) == ()
    assert len(marks_of(sketch_of(" ".join(f"w{n}" for n in range(30))))) == MARKS
