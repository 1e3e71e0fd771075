"""The words by which walls and error pages give themselves away, one pattern a line.

Patterns are regular expressions, matched without regard to case; add one where a site's wall is
read as news, and a text beside it in tests/unit/test_pages.py.
"""

from __future__ import annotations

import re


def _any(patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns.split("\n")[1:-1]), re.IGNORECASE)


ROBOT_CHECK = _any(r"""
enable javascript and cookies
checking (if the site connection|your browser)
verify(ing)? (that )?you are (a )?human
are you a robot
unusual traffic
access (to this page has been )?denied
bestätigen sie, dass sie kein(e)? (robot|mensch)
attention required!? \| cloudflare
ddos[- ]protection
""")

CONSENT_WALL = _any(r"""
we (and our (\d+ )?partners )?(value|care about) your privacy
before you continue to
accept all (cookies )?(to|and) continue
mit werbung (weiterlesen|lesen)
(besuchen|nutzen|lesen) sie .{2,40} (wie gewohnt )?mit werbung
zustimmung (ist )?(erforderlich|jederzeit widerruf)
wir benötigen ihre (zustimmung|einwilligung)
um der nutzung (von .{2,40} )?mit werbung zuzustimmen
pur-abo
continuer sans accepter
accepter (et fermer|et continuer)
vos choix (concernant|en matière de) cookies
accetta(re)? (e continua|i cookie)
aceptar (y continuar|cookies)
cookies accepteren
jouw privacy
zgod[aęy] na przetwarzanie
przejdź do serwisu
мы используем (файлы )?cookie
""")

PAYWALL = _any(r"""
subscribe (now )?to (continue|read|keep reading|unlock)
(already|are you) a subscriber\?
this (article|content|story) is (only )?(available )?(for|to|reserved for) (our )?subscribers
to (continue|keep) reading
create (a|your) free account to
unlock this article
weiterlesen mit
jetzt (weiterlesen|abonnieren|testen)
lesen sie (den ganzen|diesen) (artikel|text|beitrag) mit
(dieser|der) (artikel|inhalt|beitrag) ist (nur )?(für|exklusiv).{0,30}(abonnent|plus|mitglied)
(\w*plus|s\+|w\+|f\+|z\+)[- ]?(artikel|abonnent|mitglied|abo)\b
sie haben bereits ein abo
(la suite|cet article|l[’']article) est réservée? aux abonnés
il vous reste .{1,10} de cet article
(questo|il) (contenuto|articolo) è riservato
per continuare a leggere
contenido exclusivo para suscriptores
(suscríbete|suscríbase) para (seguir|continuar)
(alleen|exclusief) voor abonnees
lees verder met
(artykuł|treść|dalsza część).{0,30}(dla|dostępn\w+).{0,15}(subskrybent|prenumerat|abonent)
(для|только) подписчик
для передплатник
""")

MISSING_PAGE = _any(r"""
\b404\b
page (you .{0,40})?(was |could |can)?(not|n[’']t|cannot) (be )?found
page (no longer exists|not found)
seite (wurde |konnte )?(leider )?nicht (mehr )?(gefunden|verfügbar|vorhanden)
diese seite (existiert|gibt es) nicht
artikel (ist )?nicht mehr (verfügbar|abrufbar)
page (introuvable|non trouvée)
pagina (non trovata|niet gevonden)
página no encontrada
nie znaleziono strony
страница не найдена
сторінк[уа] не знайдено
""")
