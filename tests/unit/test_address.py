"""Which addresses may be dialled, in every spelling a resolver takes; no socket is opened."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, ip_address

import pytest

from worker.adapters.address import AddressPolicy, embedded_ipv4, read_literal, special_use

SPECIAL_4 = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200",
    "127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.169.254", "169.254.170.2",
    "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.0.192", "192.0.2.1", "192.31.196.1",
    "192.52.193.1", "192.88.99.1", "192.168.0.1", "192.175.48.1", "198.18.0.1", "198.19.255.255",
    "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
]  # fmt: skip
SPECIAL_6 = [
    "::", "::1", "::2", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "100:0:0:1::1",
    "2001::1", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2001:1::1",
    "2002:808:808::1", "2620:4f:8000::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1",
    "fec0::1", "ff02::1", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8", "::8.8.8.8", "4000::1",
    "2a00:1450::5efe:8.8.8.8",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1",
    "126.255.255.255", "128.0.0.1", "172.15.255.255", "172.32.0.1", "192.0.1.1", "192.167.1.1",
    "198.17.255.255", "198.20.0.1", "223.255.255.255", "168.63.129.15", "2a00:1450:4001::1",
    "2606:4700::1111", "2001:4860:4860::8888", "2003::1", "2620:4f:8001::1",
]  # fmt: skip


def spellings(text: str) -> Iterator[str]:
    """Ten and more ways to write an IPv4 address, plain and inside IPv6."""
    number = int(IPv4Address(text))
    a, b, c, d = (int(part) for part in text.split("."))
    high, low = number >> 16, number & 0xFFFF
    yield from (
        text, f"{text}.", str(number), hex(number), f"0X{number:X}", f"0{number:o}",
        f"{a}.{number & 0xFFFFFF}", f"{a}.{b}.{low}", f"{a:#x}.{b:#x}.{c:#x}.{d:#x}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"{a}.{b:#x}.0{c:o}.{d}",
        text.translate({ord(n): ord("０") + int(n) for n in "0123456789"}),
        text.replace(".", "。"), "".join(f"%{ord(char):02x}" for char in text),
        f"[::ffff:{text}]", f"::ffff:{high:x}:{low:x}", f"0:0:0:0:0:FFFF:{high:04X}:{low:04X}",
        f"64:ff9b::{text}", f"2002:{high:x}:{low:x}::1", f"::ffff:0:{text}", f"::{text}%eth0",
    )  # fmt: skip


@pytest.mark.parametrize("text", SPECIAL_4)
def test_a_special_use_ipv4_address_is_refused_in_every_spelling(text: str) -> None:
    policy = AddressPolicy()
    refused = {spelling: read_literal(spelling) for spelling in spellings(text)}
    assert len(refused) >= 17
    assert [s for s, address in refused.items() if address is None] == []
    assert [s for s, a in refused.items() if a is not None and policy.refusal(a) is None] == []


@pytest.mark.parametrize("text", SPECIAL_6)
def test_a_special_use_ipv6_address_is_refused_in_every_spelling(text: str) -> None:
    full = ip_address(text).exploded
    for spelling in (text, f"[{text}]", text.upper(), full, f"{text}%1", f"[{full}%25eth0]"):
        address = read_literal(spelling)
        assert address is not None
        assert AddressPolicy().refusal(address), spelling


@pytest.mark.parametrize("text", PUBLIC)
def test_the_neighbours_of_special_ranges_are_dialled(text: str) -> None:
    address = read_literal(text)
    assert address == ip_address(text)
    assert AddressPolicy().refusal(ip_address(text)) is None


@pytest.mark.parametrize(
    "host",
    ["example.org", "localhost", "dead.beef", "1.2.3.4.5", "256.1.1.1", "0x", "", "..", "a:b"],
)
def test_a_name_is_no_literal(host: str) -> None:
    assert read_literal(host) is None


def test_an_allow_list_opens_its_networks_and_no_others() -> None:
    policy = AddressPolicy.allowing(["127.0.0.0/8", "fd00:1::/32"])
    assert policy.refusal(ip_address("127.9.9.9")) is None
    assert policy.refusal(ip_address("fd00:1::5")) is None
    assert policy.refusal(ip_address("fd00:2::5")) == "unique local"
    assert policy.refusal(ip_address("10.0.0.1")) == "private"


def test_an_allowed_translation_prefix_does_not_open_the_address_inside() -> None:
    """A network that reaches the world through NAT64 allows the prefix, not its own machines."""
    policy = AddressPolicy.allowing(["64:ff9b::/96"])
    assert policy.refusal(ip_address("64:ff9b::8.8.8.8")) is None
    assert policy.refusal(ip_address("64:ff9b::10.0.0.1")) == "NAT64 of private"


def test_a_wrong_network_is_named() -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.1/8"):
        AddressPolicy.allowing(["127.0.0.1/8"])


def test_refusals_name_the_range() -> None:
    assert special_use(ip_address("169.254.169.254")) == "link-local"
    assert special_use(ip_address("2001:2::1")) == "benchmarking"
    assert embedded_ipv4(ip_address("2001:0:1:2:3:4:f7f7:f7f7")) == IPv4Address("8.8.8.8")
