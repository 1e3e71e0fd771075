"""The interface texts in the languages there are, looked up as gettext does.

The catalogs are ``.po`` files, which any translation tool edits; they are compiled in memory at
first use, so no binary file has to be kept beside them.
"""

from __future__ import annotations

from functools import cache
from gettext import NullTranslations
from importlib.resources import files
from io import BytesIO

from worker.core.render.english import TEXTS

#: Languages of the interface; quotes always stay in their own.
LANGUAGES = ("en", "de")


def translate(key: str, language: str, count: int | None = None) -> str | None:
    """The text of ``key`` in ``language`` (English where that has none), its gaps still open.

    ``count`` chooses between singular and plural; ``None`` for an unknown key.
    """
    text = TEXTS.get(key)
    if text is None:
        return None
    catalog = _catalog(language)
    if isinstance(text, str):
        return catalog.pgettext(key, text)
    return catalog.npgettext(key, *text, 2 if count is None else count)


@cache
def _catalog(language: str) -> NullTranslations:
    if language not in LANGUAGES or language == "en":
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import Translations

    source = files("worker.core.render").joinpath("locale", language, "LC_MESSAGES", "messages.po")
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)
