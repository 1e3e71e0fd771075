"""Addresses of articles: one form for each page, so that two feeds' links to it are one article."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from courlan import extract_domain
from courlan.clean import TRACKERS_RE

#: Parameters that tell where a reader came from; those courlan knows are dropped besides.
_TRACKING = re.compile(
    r"(at_|wt_|pk_|utm|mtm_|hsa_|stm_|sc_|ns_|mc_|_hs|__twitter|spm|wt\.)\w*|"
    r"(fbclid|gclid|dclid|igshid|yclid|msclkid|ocid|cmpid|cmp|ncid|smid|sr_share|guccounter|"
    r"guce_referrer(_sig)?|ref|ref_src|referrer|traffic_source|xing_share|share|shared|"
    r"maca|kanal|wtmc|xtor|rss|at_medium|at_campaign|ito|taid|ftag|oc)",
    re.IGNORECASE,
)
#: Names that courlan counts as trackers and that some sites tell articles apart by: two reports
#: under one key would lose one, one report under two keys is only read twice.
_AMBIGUOUS = re.compile(r"(c|cl|e|u)id|session\w*|keyword\w*|kwd|source\w*", re.IGNORECASE)
#: Parameters that choose a page's form, not the page.
_VARIANTS = {"amp": None, "outputtype": "amp", "view": "print", "print": None, "mode": "amp"}
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_OUTER = "".join(map(chr, range(0x21))) + "\x7f\u00a0\u2028\u2029\u200b\ufeff"
#: Longer addresses are bait or broken; RFC 9110 asks for 8,000 to be supported.
MAX_URL = 4000
#: Addresses of the usual form, which need no taking apart: host, path, query.
_USUAL = re.compile(
    r"https?://([A-Za-z0-9][A-Za-z0-9.-]*)(/[\w/%:@!$&'()*+,;=~.-]*)?(\?[\w/%:@!$&'()*+,;=~.?-]+)?",
    re.ASCII,
)
#: What every link has that hides the publisher's own address.
_HIDING = re.compile(r"bing\.com|google\.com|ampproject\.org|/amp/s/", re.IGNORECASE)


def web_url(text: str, base: str = "") -> str | None:
    """The absolute http(s) address that a link names, or ``None`` where it names none."""
    text = re.sub(r"[\t\r\n]+", "", text[: MAX_URL * 2]).strip(_OUTER)  # as browsers do
    if not text or len(text) > MAX_URL:
        return None
    if _USUAL.fullmatch(text):
        return text
    try:
        parts = urlsplit(urljoin(base, text) if base else text)
        port = parts.port  # raises on one that is no number
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or port == 0:
        return None
    if re.search(r"[\s<>\"'`{}|\\^%]", host) or not re.search(r"[\w:]", host):
        return None
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]")
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], path, query, ""))


def canonical_url(url: str) -> str:
    """The address of a page without what does not choose the page; it can still be fetched.

    Fragment, tracking parameters, print and AMP parameters and the default port go, the host is
    lower-case; the rest stays as given. Text that is no web address comes back as it is.
    """
    usual = _USUAL.fullmatch(url)
    if usual and not usual[3] and usual[1].islower() and len(url) <= MAX_URL:
        return url if usual[2] else f"{url}/"
    checked = web_url(url)
    if checked is None:
        return url
    parts = urlsplit(checked)
    host = parts.netloc.lower().removesuffix(_DEFAULT_PORTS[parts.scheme])
    query = parts.query
    if any(_is_dropped(*pair) for pair in parse_qsl(query[:MAX_URL], keep_blank_values=True)):
        query = urlencode(_kept(query))
    return urlunsplit((parts.scheme, host, parts.path or "/", query, ""))


def _kept(query: str) -> list[tuple[str, str]]:
    """The parameters that choose the page; of an endless query none."""
    if query.count("&") >= 200:
        return []
    pairs = parse_qsl(query, keep_blank_values=True)
    return [(name, value) for name, value in pairs if not _is_dropped(name, value)]


def _is_dropped(name: str, value: str) -> bool:
    return _is_tracking(name) or _is_variant(name, value)


def _is_tracking(name: str) -> bool:
    if _TRACKING.fullmatch(name):
        return True
    return bool(TRACKERS_RE.match(name.lower())) and not _AMBIGUOUS.fullmatch(name)


def _is_variant(name: str, value: str) -> bool:
    lowered = name.lower()
    return lowered in _VARIANTS and _VARIANTS[lowered] in (None, value.lower())


def site_of(url: str) -> str:
    """The registrable domain of an address (``bbc.co.uk``), else its host, else an empty string."""
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
    if ":" in host or re.fullmatch(r"[\d.]*", host) or "." not in host:
        return host
    return (extract_domain(url) or ".".join(host.split(".")[-2:])).lower()


def publisher_url(url: str) -> str:
    """The publisher's own address inside a search engine's link, or ``url`` where it hides none.

    Bing carries it as the parameter ``url``, older Google News links in base64, the caches of AMP
    pages in their path.
    """
    if not _HIDING.search(url):
        return url
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return url
    inner: str | None = None
    if host.endswith("bing.com") and parts.path.lower().endswith("apiclick.aspx"):
        inner = next(iter(parse_qs(parts.query, max_num_fields=50).get("url", [])), None)
    elif host == "news.google.com":
        inner = _inside_google(parts.path)
    elif host.endswith(".cdn.ampproject.org") or parts.path.startswith("/amp/s/"):
        inner = _inside_cache(host, parts.path)
    elif host.endswith("google.com") and parts.path == "/url":
        query = parse_qs(parts.query, max_num_fields=50)
        inner = next(iter(query.get("url", query.get("q", []))), None)
    return (web_url(inner) if inner else None) or url


def _inside_cache(host: str, path: str) -> str | None:
    """``/c/s/blatt.example/1`` of a cache, ``/amp/s/blatt.example/1`` of Google itself."""
    if not host.endswith((".cdn.ampproject.org", "google.com")):
        return None
    found = re.fullmatch(r"/(?:[acirv]|amp)/(s/)?([\w.-]+\.\w{2,}/.*)", path)
    return f"http{'s' if found[1] else ''}://{found[2]}" if found else None


def _inside_google(path: str) -> str | None:
    token = path.rpartition("/")[2][:2000]
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    found = re.search(rb"https?://[\x21-\x7e]{4,1500}", raw)
    return found.group().decode("ascii") if found else None
