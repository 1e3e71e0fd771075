"""Which network addresses the worker may dial on a stranger's word.

``ipaddress.is_global`` lets relays, translations and multicast through, so the ranges are listed
here: the IANA special-purpose registries for IPv4 and IPv6 (RFC 6890 and successors), multicast,
deprecated tunnels, and addresses at which clouds serve credentials.
"""

from __future__ import annotations

import re
import socket
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import unquote

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

_SPECIAL_4 = (
    ("0.0.0.0/8", "this network"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "shared (carrier NAT)"),
    ("127.0.0.0/8", "loopback"),
    ("168.63.129.16/32", "cloud metadata"),
    ("169.254.0.0/16", "link-local"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "IETF protocol"),
    ("192.0.2.0/24", "documentation"),
    ("192.31.196.0/24", "AS112"),
    ("192.52.193.0/24", "AMT relay"),
    ("192.88.99.0/24", "6to4 relay"),
    ("192.168.0.0/16", "private"),
    ("192.175.48.0/24", "AS112"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("255.255.255.255/32", "broadcast"),
    ("240.0.0.0/4", "reserved"),
)
_SPECIAL_6 = (
    ("::/128", "unspecified"),
    ("::1/128", "loopback"),
    ("::ffff:0:0/96", "IPv4-mapped"),
    ("::ffff:0:0:0/96", "IPv4-translated"),
    ("::/96", "IPv4-compatible"),
    ("64:ff9b::/96", "NAT64"),
    ("64:ff9b:1::/48", "local NAT64"),
    ("100::/64", "discard-only"),
    ("100:0:0:1::/64", "dummy prefix"),
    ("2001::/32", "Teredo"),
    ("2001:2::/48", "benchmarking"),
    ("2001:10::/28", "ORCHID"),
    ("2001:20::/28", "ORCHIDv2"),
    ("2001:db8::/32", "documentation"),
    ("2001::/23", "IETF protocol"),
    ("2002::/16", "6to4"),
    ("2620:4f:8000::/48", "AS112"),
    ("3fff::/20", "documentation"),
    ("5f00::/16", "segment routing"),
    ("fc00::/7", "unique local"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
)
_RANGES: tuple[tuple[IPNetwork, str], ...] = tuple(
    (ip_network(text), name) for text, name in (*_SPECIAL_4, *_SPECIAL_6)
)
_UNICAST_6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_TRANSLATED = IPv6Network("::ffff:0:0:0/96")
_COMPATIBLE = IPv6Network("::/96")


def special_use(address: IPAddress) -> str | None:
    """The name of the special-use range that ``address`` lies in, or ``None`` for a public one."""
    for network, name in _RANGES:
        if address.version == network.version and address in network:
            return name
    if isinstance(address, IPv4Address):
        return None
    if address not in _UNICAST_6:
        return "not global unicast"
    return "ISATAP tunnel" if _is_isatap(address) else None


def embedded_ipv4(address: IPAddress) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address carries (mapped, NAT64, 6to4, translated …)."""
    if isinstance(address, IPv4Address) or int(address) <= 1:
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in (_NAT64, _TRANSLATED, _COMPATIBLE)):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _is_isatap(address: IPv6Address) -> bool:
    return (int(address) >> 32) & 0xFCFFFFFF == 0x00005EFE  # RFC 5214, both u-bit values


def read_literal(host: str) -> IPAddress | None:
    """The address that a host spells, in any spelling a resolver would take; ``None`` for a name.

    Decimal, hexadecimal, octal and shortened IPv4, bracketed and zoned IPv6, full-width digits
    and percent-encoding all count.
    """
    text = unicodedata.normalize("NFKC", unquote(host)).replace("\u3002", ".")  # as IDNA does
    text = text.strip().strip("[]").rstrip(".")
    if re.fullmatch(r"[0-9a-fA-FxX.]{1,64}", text):
        try:
            return IPv4Address(socket.inet_aton(text))
        except OSError:
            return None
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Decides which addresses may be dialled; ``allow`` opens networks (intranet, tests)."""

    allow: tuple[IPNetwork, ...] = ()

    @classmethod
    def allowing(cls, networks: Iterable[str]) -> AddressPolicy:
        """A policy that also dials these networks (``127.0.0.0/8``); ValueError on a typo."""
        return cls(tuple(ip_network(text) for text in networks))

    def refusal(self, address: IPAddress) -> str | None:
        """Why ``address`` is not dialled, or ``None`` where it is.

        An allowed tunnel prefix does not open the IPv4 address inside it: that is judged too.
        """
        inner = embedded_ipv4(address)
        if inner is not None and (reason := self.refusal(inner)):
            return f"{special_use(address)} of {reason}"
        if self._allows(address):
            return None
        return special_use(address)

    def _allows(self, address: IPAddress) -> bool:
        return any(
            address.version == network.version and address in network for network in self.allow
        )
