"""Which language a text is in.

Function words decide nearly every article in microseconds; only a text they leave in doubt is given
to py3langid, whose model costs 90 MB and half a second when first used.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from worker.core.claims.text import fold

_SAMPLE = 4000
_WORD = re.compile(r"[^\W\d_]+")
#: The best language must cover this share of the words, and the second best this much less.
_SHARE, _MARGIN = 0.12, 1.25

_FUNCTION_WORDS: dict[str, str] = {
    "de": "der die das und ist nicht ein eine mit von für auf sich dem den des im zu auch als es sie "
    "wird hat dass werden nach bei einer einen aus noch wie sei aber über nur oder haben zum zur in am kein keine sagte gegen vor durch unter diese dieser seine ihre wir ich man was wenn um",
    "en": "the and of to in is that for it was with as on be at by this had not are but from or have "
    "an they which would their has been will its he his said who were more said we you i do if after also into out up our when there what against so than can",
    "fr": "le la les des et est une que qui dans pour pas sur au avec ce il sont par plus ne se du "
    "elle nous vous être ont cette aux mais ses leur été son deux ou comme l d en a à un une sans sous leurs si où avant après contre cela dit fait je tout entre",
    "es": "el la los las de que y en un una por con no para es se del al lo su como más pero sus ha "
    "le este sobre entre cuando muy sin también fue han hay ser está ya a lo sin sobre ni desde hasta contra yo nos esta son tiene tras si",
    "it": "il lo la gli le di che e un una per non con del della dei è in da si sono al alla nel nella "
    "anche ha più ma come delle questo dal hanno stato essere ai suo degli i a in o se contro dopo prima tra fra ci questa quando dopo essere",
    "nl": "de het een en van in is dat op te zijn met voor niet die aan er om ook als naar bij maar "
    "door wordt worden heeft hij uit tot over nog hebben zich dan ze deze wij geen was werd zou zal kan tegen onder tussen zei na dit ik u bij",
    "pl": "i w na z do nie się że jest o to jak za po od przez dla co są oraz ale tym ma być już czy "
    "tego jego które który ze przed może także pod który będzie a po od nie we ich jej czyli gdy jeśli bez pod tak tym tej są nas",
    "uk": "і в на з що не до та у про як це за є від для але й його має щоб також який які після буде "
    "бути було ми їх він вже ще або цього під час проти ще вони у з о ні до над при якщо коли без між тому така цей її них вони",
    "ru": "и в на с что не к по из о как это за от для но его у же все был быть его также который "
    "которые после будет было мы их он уже еще или этого под время против они при о во со до ни без над если когда между этот эта её их этом чтобы",
    "pt": "o a os as de que e em um uma por com não para é se do da dos das no na mais como mas foi "
    "ao ele seu sua ou quando muito já também pelo pela até são",
    "sv": "och att det i som på är av för en med den till inte har de ett om var men från han kan vid "
    "ska så sig också efter eller under",
    "da": "og at det i er en til på som af for med den har de ikke der et han var fra men sig kan vil "
    "også skal efter ved om blev",
    "no": "og det i er en til på som av for med å har de ikke et han var fra men seg kan vil også skal "
    "etter ved om ble den",
    "cs": "a v na se je že z s do o to i pro za by jako ale po by jsou od které který není bude být "
    "také při jeho nebo podle už když",
    "sk": "a v na sa je že z s do o to aj pre za by ako ale po sú od ktoré ktorý nie bude byť tiež pri "
    "jeho alebo podľa už keď",
    "ro": "și de a în la cu pe că nu o un din care pentru să este au mai ca fost sau se prin după dar "
    "al ale lui",
    "bg": "и на да се в за е от с че не по са като но ще това до има към при след които който бе съм",
    "sr": "и је у да се на за су од са не као из који али што би о то ће и до после није",
    "hu": "a az és hogy nem is egy ez azt de meg már csak mint el van ki volt még ha szerint után",
    "fi": "ja on ei että se oli hän ovat mutta kun niin myös joka sen tai mukaan ollut voi jos",
    "tr": "ve bir bu için ile da de olarak olan çok daha ancak gibi kadar sonra ama en ya türk",
}


@lru_cache(maxsize=1)
def _index() -> dict[str, tuple[str, ...]]:
    index: dict[str, list[str]] = {}
    for language, words in _FUNCTION_WORDS.items():
        for word in set(words.split()):
            index.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in index.items()}


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=False)


def detect(text: str, hint: str | None = None) -> str:
    """The ISO 639-1 code of the language; a hint (the feed's language) decides for a few words."""
    words = [fold(word) for word in _WORD.findall(text[:_SAMPLE])]
    if not words:
        return hint or "und"
    if hint and len(words) < 12:
        return hint
    index = _index()
    scores: dict[str, int] = {}
    for word in words:
        for language in index.get(word, ()):
            scores[language] = scores.get(language, 0) + 1
    ranked = sorted(scores.items(), key=lambda item: -item[1])[:2]
    if ranked and ranked[0][1] >= _SHARE * len(words):
        second = ranked[1][1] if len(ranked) > 1 else 0
        if ranked[0][1] >= _MARGIN * second:
            return ranked[0][0]
    code, _ = _identifier().classify(text[:_SAMPLE])
    return str(code)
