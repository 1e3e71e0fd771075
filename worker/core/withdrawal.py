"""Signs that a publisher has taken an article back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from worker.core.text import decode_bytes
from worker.model import Article, TextSource

#: HTTP says so for good.
GONE = 410
#: A page not found may be a hitch of its site: it is asked for once more after this time.
MISSING = 404
ASK_AGAIN = timedelta(minutes=10)
#: A page with more text than this still tells its story, whatever a notice beside it says.
_NOTICE_CHARS = 600
_LOOKED_AT = 300_000

_TAG = re.compile(r"<[^<>]*>")
_NOTICES = (
    r"this (?:article|story|report) (?:has been|was) (?:withdrawn|retracted|removed|deleted)",
    r"we have (?:withdrawn|retracted|removed|deleted) this (?:article|story|report)",
    r"(?:artikel|beitrag|bericht|text) wurde (?:zurückgezogen|entfernt|gelöscht|depubliziert)",
    r"haben (?:wir )?d\w+ (?:artikel|beitrag|bericht|text) (?:zurückgezogen|entfernt|gelöscht)",
    r"cet article a été (?:retiré|supprimé|dépublié)",
    r"este artículo ha sido (?:retirado|eliminado)",
    r"questo articolo è stato (?:ritirato|rimosso|eliminato)",
    r"dit artikel is (?:ingetrokken|verwijderd|offline gehaald)",
    r"artykuł został (?:wycofany|usunięty)",
    r"(?:статтю|новину|матеріал) (?:було )?(?:видалено|вилучено|відкликано)",
    r"(?:статья|новость|материал) (?:был[ао]? )?(?:удал[её]н[ао]?|отозван[ао]?)",
)
_NOTICE = re.compile("|".join(_NOTICES), re.IGNORECASE)


def says_withdrawn(body: bytes, articles: Iterable[Article]) -> bool:
    """Whether a page says that its article was taken back.

    ``articles`` are what was read out of it: where that is still a whole text, it stands.
    """
    whole = (TextSource.PAGE, TextSource.JSON_LD)
    if any(a.text_source in whole and len(a.text) > _NOTICE_CHARS for a in articles):
        return False
    words = " ".join(_TAG.sub(" ", decode_bytes(body)[:_LOOKED_AT]).split())
    return _NOTICE.search(words) is not None
