"""The way out of the house: through a proxy or not, and whose certificates are trusted."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

import httpcore
import httpx

from worker.errors import ConfigError
from worker.logs import redactor
from worker.settings import SecretRef, resolve_secret
from worker.settings.schema import NetworkSettings

#: Suffixes that no public name ends with (RFC 6761, 6762, 8375, 9476 and common habit).
_PRIVATE = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "private")
_ALSO_PRIVATE = ("home.arpa", "localdomain", "test", "invalid", "alt", "onion")


@dataclass(frozen=True, slots=True)
class Proxies:
    """Which proxy a request goes through, by its scheme; ``no`` names what goes around it."""

    http: str | None = None
    https: str | None = None
    no: str = ""

    @property
    def none(self) -> bool:
        """Whether every request is made directly."""
        return self.http is None and self.https is None

    def of(self, scheme: str, host: str, port: int | None = None) -> str | None:
        """The proxy's address for a request, ``None`` where it is made directly."""
        proxy = self.https if scheme == "https" else self.http
        place = f"{host}:{port}" if port else host
        if proxy is None or proxy_bypass_environment(place, {"no": self.no}):
            return None
        return proxy


@dataclass(frozen=True, slots=True)
class Outward:
    """What every client that leaves the house is built with."""

    ssl_context: ssl.SSLContext = field(default_factory=httpx.create_ssl_context)
    proxies: Proxies = field(default_factory=Proxies)
    #: Names that have no address here are left to the proxy.
    proxy_resolves: bool = False


def outward_of(network: NetworkSettings, environ: Mapping[str, str]) -> Outward:
    """The way out as configured; ConfigError for a proxy or a file that cannot be used."""
    return Outward(
        _trusting(network.ca_file), _proxies_of(network.proxy, environ), network.proxy_resolves
    )


def _trusting(ca_file: str | None) -> ssl.SSLContext:
    context = httpx.create_ssl_context()
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(f"worker.network.ca_file {ca_file}: {error}") from None
    return context


def _proxies_of(written: str | None, environ: Mapping[str, str]) -> Proxies:
    no = _either(environ, "no_proxy") or ""
    if written:
        url = _checked(_resolved(written, environ), "worker.network.proxy")
        return Proxies(url, url, no)
    every = _either(environ, "all_proxy")
    urls = {}
    for scheme in ("http", "https"):
        value = _either(environ, f"{scheme}_proxy") or every
        urls[scheme] = _checked(value, f"{scheme.upper()}_PROXY") if value else None
    return Proxies(urls["http"], urls["https"], no)


def _either(environ: Mapping[str, str], name: str) -> str | None:
    """A variable in small letters or in capitals, as curl reads them."""
    return (environ.get(name) or environ.get(name.upper()) or "").strip() or None


def _resolved(written: str, environ: Mapping[str, str]) -> str:
    if written.startswith(("env:", "file:")):
        return resolve_secret(SecretRef.parse(written), environ).get_secret_value()
    return written


def _checked(url: str, where: str) -> str:
    """The address of a proxy; its password is hidden from now on."""
    url = url if "://" in url else f"http://{url}"
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ConfigError(f"{where}: must be an http:// or https:// address of a proxy")
    redactor.hide(unquote(parts.password or ""))
    return url


def proxy_pool(url: str, outward: Outward, max_connections: int) -> httpcore.AsyncHTTPProxy:
    """A pool of connections through a proxy: tunnels for https, forwarding for http."""
    parts = urlsplit(url)
    login = None
    if parts.username:
        login = (unquote(parts.username).encode(), unquote(parts.password or "").encode())
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    return httpcore.AsyncHTTPProxy(
        proxy_url=httpcore.URL(
            scheme=parts.scheme.encode(),
            host=(parts.hostname or "").encode(),
            port=port,
            target=b"/",
        ),
        proxy_auth=login,
        ssl_context=outward.ssl_context,
        proxy_ssl_context=outward.ssl_context if secure else None,
        max_connections=max_connections,
        max_keepalive_connections=16,
        keepalive_expiry=5.0,
    )


def is_private_name(host: str) -> bool:
    """Whether a name can only be one of a private network: one word, or a suffix of such."""
    name = host.casefold().rstrip(".")
    suffixes = (*_PRIVATE, *_ALSO_PRIVATE)
    return "." not in name or name.endswith(tuple(f".{suffix}" for suffix in suffixes))


class ChosenTransport(httpx.AsyncBaseTransport):
    """For the operator's own addresses: directly or through the proxy, as ``Proxies`` says."""

    def __init__(self, outward: Outward, limits: httpx.Limits):
        self._outward = outward
        self._limits = limits
        self._made: dict[str | None, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request the way it has to go."""
        url = request.url
        proxy = self._outward.proxies.of(url.scheme, url.host, url.port)
        return await self._by(proxy).handle_async_request(request)

    def _by(self, proxy: str | None) -> httpx.AsyncHTTPTransport:
        if proxy not in self._made:
            self._made[proxy] = httpx.AsyncHTTPTransport(
                verify=self._outward.ssl_context,
                limits=self._limits,
                proxy=proxy,
                trust_env=False,
            )
        return self._made[proxy]

    async def aclose(self) -> None:
        """Close all connections."""
        for transport in self._made.values():
            await transport.aclose()
