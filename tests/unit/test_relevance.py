"""What is coverage: contributions named with who gets them, the coalition in the lead, and what is not."""

from __future__ import annotations

import pytest

from worker.core.claims.extractor import default_extractor
from worker.model import Article

#: Short news of what a state or the EU gives, with no claim that must be read out of it.
_COVERAGE = {
    "de": (
        "Ringen um das nächste Sanktionspaket",
        "In Brüssel wird weiter über Sanktionen gegen Moskau gesprochen. Einzelheiten gab es am "
        "Abend keine. Die Gespräche gehen in die Nacht.",
    ),
    "nl": (
        "Onenigheid over Euroclear",
        "Het gesprek over de bevroren Russische tegoeden duurde tot laat. Niemand wilde na afloop "
        "iets zeggen over het geld.",
    ),
    "en": (
        "Late night over frozen Russian assets",
        "Talks on the reparations loan went on past midnight. Nobody spoke to the press when the "
        "meeting was over.",
    ),
    "fr": (
        "Nuit de discussions sur les avoirs russes gelés",
        "Les discussions sur le prêt de réparation ont duré jusqu'à minuit. Personne n'a parlé à "
        "la presse à la sortie.",
    ),
    "es": (
        "Noche de conversaciones sobre los activos rusos congelados",
        "Las conversaciones sobre el préstamo de reparación duraron hasta medianoche. Nadie habló "
        "con la prensa al salir.",
    ),
    "it": (
        "Notte di colloqui sugli asset russi congelati",
        "I colloqui sul prestito di riparazione sono durati fino a mezzanotte. Nessuno ha parlato "
        "con la stampa all'uscita.",
    ),
    "pl": (
        "Noc rozmów o zamrożonych rosyjskich aktywach",
        "Rozmowy o pożyczce reparacyjnej trwały do północy. Po spotkaniu nikt nie rozmawiał z "
        "dziennikarzami.",
    ),
    "uk": (
        "Ніч розмов про заморожені російські активи",
        "Розмови про репараційний кредит тривали до опівночі. Після зустрічі ніхто не говорив із "
        "журналістами.",
    ),
    "ru": (
        "Ночь разговоров о замороженных российских активах",
        "Разговоры о репарационном кредите длились до полуночи. После встречи никто не говорил с "
        "журналистами.",
    ),
}
_OTHER = {
    "de": (
        "Koalition der Willigen für das Freibad",
        "Im Stadtrat hat sich eine Koalition der Willigen gefunden, die das Freibad retten will. "
        "Der Klimaschutz spielt dabei auch eine Rolle.",
    ),
    "nl": (
        "Steun voor de schaatsbaan",
        "De gemeente geeft twee miljoen euro aan de schaatsbaan. De sancties voor te laat openen "
        "vervallen.",
    ),
    "en": (
        "Aid for the village school",
        "The council gives two million pounds to the school. Sanctions for late opening are gone.",
    ),
}


def _relevant(language: str, title: str, text: str) -> bool:
    article = Article(
        url="https://example.org/a",
        title=title,
        text=text,
        language=language,
        published="2025-11-20",
        source="a",
    )
    return default_extractor().analyze(article).relevant


@pytest.mark.parametrize("language", sorted(_COVERAGE))
def test_what_is_given_makes_coverage_though_ukraine_is_not_named(language: str) -> None:
    assert _relevant(language, *_COVERAGE[language])


@pytest.mark.parametrize("language", sorted(_OTHER))
def test_gifts_and_coalitions_of_others_make_none(language: str) -> None:
    assert not _relevant(language, *_OTHER[language])


def test_the_coalition_beside_ukraine_in_the_lead_is_enough() -> None:
    title = "Kopstukken in Parijs"
    text = "De coalitie van bereidwilligen voor Oekraïne komt dinsdag bijeen. Meer is niet bekend."
    assert _relevant("nl", title, text)
    assert not _relevant("nl", title, "De coalitie van bereidwilligen komt dinsdag bijeen.")
