"""Through a proxy: what it changes of the address policy, and what it does not."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.integration.proxy import Proxy, proxying
from worker.adapters import transport
from worker.adapters.address import AddressPolicy
from worker.adapters.channels import WebhookSender, channel_client
from worker.adapters.http import FetchLimits, GuardedClient
from worker.adapters.outward import Outward, Proxies, is_private_name, outward_of
from worker.errors import ConfigError, FetchError, FetchRefused
from worker.model import Delivery
from worker.settings import load_settings

LOOPBACK = AddressPolicy.allowing(["127.0.0.0/8"])
BODY = b"<rss/>"


@asynccontextmanager
async def site(context: ssl.SSLContext | None = None, *, to: str = "") -> AsyncIterator[int]:
    """An origin that answers every request with a body, or with a redirect."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                head = f"302 Found\r\nLocation: {to}" if to else "200 OK"
                length = f"Content-Length: {len(BODY)}"
                writer.write(f"HTTP/1.1 {head}\r\n{length}\r\n\r\n".encode() + BODY)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@asynccontextmanager
async def client(
    proxy: Proxy, policy: AddressPolicy = LOOPBACK, **options: Any
) -> AsyncIterator[GuardedClient]:
    proxies = options.pop("proxies", Proxies(proxy.url, proxy.url))
    made = GuardedClient(
        user_agent="test",
        policy=policy,
        limits=FetchLimits(deadline=5, host_interval=0),
        outward=Outward(proxies=proxies, **options),
    )
    async with made:
        yield made


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    async with proxying(Proxy()) as made:
        yield made


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    folder = tmp_path_factory.mktemp("ca")
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=own-ca"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([*command.split(), *names], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    return cert, context


@pytest.fixture
def unknown_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name has an address here, as in a house whose proxy alone looks names up."""

    def nothing(host: str, port: int) -> list[Any]:
        raise OSError("Name or service not known")

    monkeypatch.setattr(transport, "_look_up", nothing)


async def test_http_is_forwarded_and_https_is_tunnelled_with_a_private_ca(
    proxy: Proxy, certificate: tuple[Path, ssl.SSLContext], tmp_path: Path
) -> None:
    cert, context = certificate
    (tmp_path / "own-ca.pem").write_bytes(cert.read_bytes())
    environ = {
        "COALITION_WATCH_WORKER__NETWORK": f"{{ca_file: own-ca.pem, proxy: '{proxy.url}'}}",
    }
    outward = outward_of(load_settings(tmp_path, environ).worker.network, {})
    async with site() as plain, site(context) as secure:
        options = {"proxies": outward.proxies, "ssl_context": outward.ssl_context}
        async with client(proxy, **options) as http:
            assert (await http.fetch(f"http://127.0.0.1:{plain}/feed?a=1")).body == BODY
            assert (await http.fetch(f"https://127.0.0.1:{secure}/feed")).body == BODY
    assert proxy.asked == [
        f"GET http://127.0.0.1:{plain}/feed?a=1",
        f"CONNECT 127.0.0.1:{secure}",
    ]


async def test_without_the_private_ca_its_certificate_is_refused_through_the_proxy_too(
    proxy: Proxy, certificate: tuple[Path, ssl.SSLContext]
) -> None:
    async with site(certificate[1]) as secure, client(proxy) as http:
        with pytest.raises(FetchError, match="CERTIFICATE_VERIFY_FAILED"):
            await http.fetch(f"https://127.0.0.1:{secure}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "http://0x7f000001/",
        "https://2130706433/",
        "http://[::ffff:192.168.0.1]/",
        "http://localhost/",
    ],
)
async def test_the_proxy_is_never_asked_for_a_private_address(proxy: Proxy, url: str) -> None:
    async with client(proxy, AddressPolicy(), proxy_resolves=True) as http:
        with pytest.raises(FetchRefused):
            await http.fetch(url)
    assert proxy.asked == []


async def test_a_redirect_inward_is_refused_behind_a_proxy(proxy: Proxy) -> None:
    async with site(to="http://169.254.169.254/") as port, client(proxy) as http:
        with pytest.raises(FetchRefused, match="link-local"):
            await http.fetch(f"http://127.0.0.1:{port}/")
    assert len(proxy.asked) == 1


async def test_a_name_that_also_leads_inward_is_refused(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixed = [transport.ip_address("93.184.216.34"), transport.ip_address("10.0.0.7")]
    monkeypatch.setattr(transport, "_look_up", lambda host, port: mixed)
    async with client(proxy, AddressPolicy()) as http:
        with pytest.raises(FetchRefused, match="private addresses, too"):
            await http.fetch("http://news.example/")
    assert proxy.asked == []


@pytest.mark.usefixtures("unknown_names")
async def test_a_name_unknown_here_is_the_proxys_only_where_the_operator_says_so(
    proxy: Proxy,
) -> None:
    proxy.names["news.example"] = "127.0.0.1"
    async with site() as port:
        async with client(proxy) as http:
            with pytest.raises(FetchError, match="has no address"):
                await http.fetch(f"http://news.example:{port}/")
        assert proxy.asked == []
        async with client(proxy, proxy_resolves=True) as http:
            assert (await http.fetch(f"http://news.example:{port}/")).body == BODY


@pytest.mark.usefixtures("unknown_names")
@pytest.mark.parametrize("host", ["printer", "db.internal", "nas.lan", "x.home.arpa", "a.LOCAL."])
async def test_names_of_private_networks_are_refused_even_then(proxy: Proxy, host: str) -> None:
    async with client(proxy, proxy_resolves=True) as http:
        with pytest.raises(FetchRefused, match="private network"):
            await http.fetch(f"http://{host}/")
    assert proxy.asked == []
    assert not is_private_name("www.local-paper.example")


async def test_a_login_is_sent_and_a_refusal_does_not_tell_it(tmp_path: Path) -> None:
    async with proxying(Proxy(login="watch:planted-word")) as proxy, site() as port:
        for word, works in (("planted-word", True), ("planted-wrong", False)):
            url = proxy.url.replace("//", f"//watch:{word}@")
            async with client(proxy, proxies=Proxies(url, url)) as http:
                if works:
                    assert (await http.fetch(f"http://127.0.0.1:{port}/")).status == 200
                else:
                    with pytest.raises(FetchError, match="407") as told:
                        await http.fetch(f"http://127.0.0.1:{port}/")
                    assert "planted" not in str(told.value)


async def test_no_proxy_goes_around_it_and_a_proxy_that_is_away_may_be_tried_again(
    proxy: Proxy,
) -> None:
    async with site() as port:
        around = Proxies(proxy.url, proxy.url, no="127.0.0.1,.example.org")
        async with client(proxy, proxies=around) as http:
            assert (await http.fetch(f"http://127.0.0.1:{port}/")).status == 200
        assert proxy.asked == []
        away = Proxies("http://127.0.0.1:1", "http://127.0.0.1:1")
        async with client(proxy, proxies=away) as http:
            with pytest.raises(FetchError) as told:
                await http.fetch(f"http://127.0.0.1:{port}/")
        assert told.value.retryable


async def test_channels_go_through_it_as_well(proxy: Proxy) -> None:
    outward = Outward(proxies=Proxies(proxy.url, proxy.url))
    async with site() as port, channel_client(outward) as http:
        url = f"http://127.0.0.1:{port}/hook"
        sender = WebhookSender(url, ["whsec_" + "QUJD" * 8], http)
        payload = {"type": "t", "schema_version": 1, "timestamp": "2026-02-03T12:05:00+00:00"}
        await sender.send(Delivery("d1", "hook", {**payload, "data": {}}))
    assert proxy.asked == [f"POST {url}"]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, Proxies()),
        ({"HTTPS_PROXY": "http://p:3128"}, Proxies(https="http://p:3128")),
        ({"https_proxy": "p:3128", "NO_PROXY": "a"}, Proxies(https="http://p:3128", no="a")),
        ({"ALL_PROXY": "http://p:1"}, Proxies("http://p:1", "http://p:1")),
    ],
)
def test_proxies_of_the_environment(
    tmp_path: Path, environ: Mapping[str, str], expected: Proxies
) -> None:
    network = load_settings(tmp_path, {}).worker.network
    assert outward_of(network, environ).proxies == expected


def test_a_setting_wins_over_the_environment_and_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("http://watch:planted-word@p:3128\n")
    (tmp_path / "settings.yaml").write_text(
        f"worker: {{network: {{proxy: 'file:{tmp_path}/secret'}}}}"
    )
    network = load_settings(tmp_path, {}).worker.network
    made = outward_of(network, {"HTTPS_PROXY": "http://other:1"}).proxies
    assert made.of("https", "a.example") == "http://watch:planted-word@p:3128"


@pytest.mark.parametrize("url", ["socks5://p:1", "http://", "http://p:x"])
def test_a_proxy_that_cannot_be_used_is_a_mistake(tmp_path: Path, url: str) -> None:
    network = load_settings(tmp_path, {}).worker.network
    with pytest.raises(ConfigError, match="HTTPS_PROXY: must be"):
        outward_of(network, {"HTTPS_PROXY": url})


def test_a_password_in_the_file_and_a_certificate_that_is_not_there_are_mistakes(
    tmp_path: Path,
) -> None:
    network = "worker: {network: {proxy: 'http://u:planted@p:1', ca_file: none.pem}}"
    (tmp_path / "settings.yaml").write_text(network)
    with pytest.raises(ConfigError, match="a login is never written here") as told:
        load_settings(tmp_path, {})
    assert "planted" not in str(told.value)
    (tmp_path / "settings.yaml").write_text("worker: {network: {ca_file: none.pem}}")
    with pytest.raises(ConfigError, match=r"ca_file: no file .*none\.pem"):
        load_settings(tmp_path, {})
