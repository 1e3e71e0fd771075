"""The guarded client against real origins that behave badly."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.integration.origin import Origin, running_origin
from worker.adapters.address import AddressPolicy
from worker.adapters.http import FetchLimits, GuardedClient
from worker.adapters.pacing import HostPacer
from worker.errors import FetchError, FetchRefused

LOCAL = AddressPolicy.allowing(["127.0.0.0/8"])
QUICK = FetchLimits(deadline=1.0, host_interval=0.0, host_connections=0)
AGENT = "CoalitionWatch/0.1 (+https://example.org/contact)"


@pytest.fixture
async def origin() -> AsyncIterator[Origin]:
    async with running_origin() as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[GuardedClient]:
    async with GuardedClient(user_agent=AGENT, policy=LOCAL, limits=QUICK) as made:
        yield made


async def refusal(client: GuardedClient, url: str) -> FetchRefused:
    with pytest.raises(FetchRefused) as caught:
        await client.fetch(url)
    return caught.value


async def failure(client: GuardedClient, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await client.fetch(url)
    assert not isinstance(caught.value, FetchRefused)
    return caught.value


async def test_validators_are_echoed_byte_for_byte(origin: Origin, client: GuardedClient) -> None:
    odd = 'W/"\xe4 1;gzip"'
    stamp = "tue, 4 Nov 2025 8:00:00 CET"
    url = origin.answer("/", b"<rss/>", headers=f"ETag: {odd}\r\nLast-Modified: {stamp}\r\n")
    first = await client.fetch(url)
    assert (first.etag, first.last_modified, first.body) == (odd, stamp, b"<rss/>")

    await client.fetch(url, etag=first.etag, last_modified=first.last_modified)
    assert origin.asked[0].header("if-none-match") is None
    assert origin.asked[1].header("if-none-match") == odd.encode("latin-1")
    assert origin.asked[1].header("if-modified-since") == stamp.encode()


async def test_a_form_is_posted_and_goes_to_no_other_address(
    origin: Origin, client: GuardedClient
) -> None:
    end = origin.answer("/end")
    url = origin.raw("/", f"HTTP/1.1 307 X\r\nLocation: {end}\r\n\r\n".encode())
    await client.fetch(url, form=b"f.req=1")
    first, second = origin.asked
    assert (first.header("content-length"), second.path) == (b"7", "/end")
    assert second.header("content-length") is second.header("content-type") is None


async def test_not_modified_keeps_the_validators_that_were_sent(
    origin: Origin, client: GuardedClient
) -> None:
    url = origin.raw("/", b"HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=600\r\n\r\n")
    got = await client.fetch(url, etag='"a"', last_modified="x")
    assert (got.not_modified, got.status, got.body) == (True, 304, b"")
    assert (got.etag, got.last_modified, got.max_age) == ('"a"', "x", 600.0)


async def test_not_modified_without_a_condition_is_an_error(
    origin: Origin, client: GuardedClient
) -> None:
    url = origin.raw("/", b"HTTP/1.1 304 Not Modified\r\n\r\n")
    assert (await failure(client, url)).status == 304


async def test_requests_name_the_worker_and_ask_for_two_compressions_only(
    origin: Origin, client: GuardedClient
) -> None:
    await client.fetch(origin.answer("/"))
    assert origin.asked[0].header("user-agent") == AGENT.encode()
    assert origin.asked[0].header("accept-encoding") == b"gzip, deflate"


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize("form", ["seconds", "date", "clock of the host"])
async def test_retry_after_is_read_in_both_forms(
    origin: Origin, client: GuardedClient, status: str, form: str
) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=120)
    skewed = datetime(2001, 1, 1, tzinfo=UTC)
    headers = {
        "seconds": "Retry-After: 120\r\n",
        "date": f"Retry-After: {format_datetime(soon, usegmt=True)}\r\n",
        "clock of the host": f"Date: {format_datetime(skewed, usegmt=True)}\r\n"
        f"Retry-After: {format_datetime(skewed + timedelta(seconds=120), usegmt=True)}\r\n",
    }[form]
    error = await failure(client, origin.answer("/", b"slow", status=status, headers=headers))
    assert error.status == int(status[:3])
    assert error.retry_after == pytest.approx(120, abs=2)


async def test_gone_is_refused_and_other_errors_may_be_tried_again(
    origin: Origin, client: GuardedClient
) -> None:
    assert (await refusal(client, origin.answer("/gone", status="410 Gone"))).status == 410
    for status in ("403 Forbidden", "404 Not Found", "500 Oops", "599 x"):
        assert (await failure(client, origin.answer("/e", status=status))).status == int(status[:3])


async def test_permanent_redirects_are_reported_up_to_the_first_temporary_one(
    origin: Origin, client: GuardedClient
) -> None:
    origin.answer("/1", status="301 Moved", headers="Location: /2\r\n")
    origin.answer("/2", status="308 Moved", headers=f"Location: {origin.url('/3')}\r\n")
    origin.answer("/3", status="302 Found", headers="Location: /4#part\r\n")
    origin.answer("/4", b"here")
    got = await client.fetch(origin.url("/1"))
    assert (got.body, got.hops, got.url) == (b"here", 3, origin.url("/4"))
    assert got.permanent_url == origin.url("/3")
    assert (await client.fetch(origin.url("/3"))).permanent_url is None


async def test_five_redirects_are_followed_and_the_sixth_is_not(
    origin: Origin, client: GuardedClient
) -> None:
    for number in range(6):
        origin.answer(f"/{number}", status="302 F", headers=f"Location: /{number + 1}\r\n")
    origin.answer("/6", b"end")
    assert (await client.fetch(origin.url("/1"))).body == b"end"
    assert "more than 5 redirects" in str(await failure(client, origin.url("/0")))


async def test_a_redirect_loop_and_one_to_nowhere_end(
    origin: Origin, client: GuardedClient
) -> None:
    loop = origin.answer("/loop", status="302 F", headers="Location: /loop\r\n")
    assert "loop" in str(await failure(client, loop))
    assert "no Location" in str(await failure(client, origin.answer("/n", status="302 F")))


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "data:text/html,x",
        "http://[::ffff:169.254.169.254]/latest/meta-data",
        "http://10.0.0.1/",
        "http://0xa9fea9fe/",
        "http://xn--/",
        "http://[::1]/",
        "http://[fe80::1%25lo]/",
        "//user@192.168.1.1/",
        "http://a%20b/",
    ],
)
async def test_redirects_inward_or_to_other_schemes_are_refused_and_not_dialled(
    origin: Origin, client: GuardedClient, target: str
) -> None:
    url = origin.answer("/", status="302 Found", headers=f"Location: {target}\r\n")
    await refusal(client, url)
    assert len(origin.asked) == 1


async def test_without_an_allow_list_the_local_origin_is_not_dialled(origin: Origin) -> None:
    async with GuardedClient(user_agent=AGENT, limits=QUICK) as guarded:
        for host in ("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "017700000001"):
            error = await refusal(guarded, f"http://{host}:{origin.port}/")
            assert "loopback" in str(error)
    assert origin.connections == 0


async def test_a_name_is_dialled_at_the_address_that_was_checked(
    origin: Origin, client: GuardedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second look-up of a rebinding name never happens."""
    answers = iter(["127.0.0.1", "169.254.169.254"])

    def look_up(host: str, port: int, *args: object, **kwargs: object) -> list[object]:
        assert host == "rebind.example"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr("worker.adapters.transport.socket.getaddrinfo", look_up)
    origin.answer("/", b"ok")
    got = await client.fetch(f"http://rebind.example:{origin.port}/")
    assert got.body == b"ok"
    assert origin.asked[0].header("host") == f"rebind.example:{origin.port}".encode()
    assert next(answers) == "169.254.169.254"


async def test_only_the_public_ones_of_several_addresses_are_dialled(
    origin: Origin, client: GuardedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_up(host: str, port: int, *args: object, **kwargs: object) -> list[object]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in ("10.0.0.1", "127.0.0.1")
        ]

    monkeypatch.setattr("worker.adapters.transport.socket.getaddrinfo", look_up)
    origin.answer("/", b"ok")
    assert (await client.fetch(f"http://two.example:{origin.port}/")).body == b"ok"


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "/dev/zero", "", "ftp://example.org/x", "http://a b/"]
)
async def test_what_is_no_web_address_is_refused(client: GuardedClient, path: str) -> None:
    await refusal(client, path)


async def test_a_host_that_does_not_answer_and_a_name_without_address_are_errors(
    client: GuardedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*args: object, **kwargs: object) -> list[object]:
        raise socket.gaierror(-2, "Name or service not known")

    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        await failure(client, f"http://127.0.0.1:{closed.getsockname()[1]}/")
    monkeypatch.setattr("worker.adapters.transport.socket.getaddrinfo", unknown)
    assert "has no address" in str(await failure(client, "http://nowhere.invalid/"))


@pytest.mark.parametrize(
    "parts",
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"X-Header: 1\r\n"),
        (b"H", b"T"),
    ],
    ids=["drip body", "drip chunks", "drip headers", "drip status"],
)
async def test_a_dripping_answer_ends_at_the_deadline(
    origin: Origin, client: GuardedClient, parts: tuple[bytes, ...]
) -> None:
    url = origin.raw("/", *parts, every=0.05, endless=True)
    started = time.monotonic()
    await failure(client, url)
    assert time.monotonic() - started < 2.5


async def test_the_deadline_covers_all_hops_together(origin: Origin, client: GuardedClient) -> None:
    for number in range(5):
        head = f"HTTP/1.1 302 F\r\nLocation: /{number + 1}\r\nContent-Length: 0\r\n\r\n"
        origin.raw(f"/{number}", b"", head.encode(), every=0.4)
    started = time.monotonic()
    assert "within 1 s" in str(await failure(client, origin.url("/0")))
    assert time.monotonic() - started < 2.5


async def test_endless_chunks_end_at_the_size_limit(origin: Origin) -> None:
    url = origin.raw(
        "/",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"10000\r\n" + b"x" * 65536 + b"\r\n",
        endless=True,
    )
    limits = FetchLimits(deadline=20, max_bytes=1_000_000, host_interval=0)
    async with GuardedClient(user_agent=AGENT, policy=LOCAL, limits=limits) as limited:
        assert "larger than 1,000,000 bytes" in str(await refusal(limited, url))


async def test_an_announced_size_over_the_limit_is_not_read(
    origin: Origin, client: GuardedClient
) -> None:
    url = origin.raw("/", b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n", endless=False)
    assert "announces 50,000,000 bytes" in str(await refusal(client, url))


async def test_a_body_shorter_than_announced_is_an_error(
    origin: Origin, client: GuardedClient
) -> None:
    await failure(client, origin.raw("/", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"))


async def test_what_is_no_http_is_an_error(origin: Origin, client: GuardedClient) -> None:
    await failure(client, origin.raw("/", b"\x00\x01\x02 nonsense\r\n\r\n"))
    await failure(client, origin.raw("/", b""))
    await failure(client, origin.raw("/", b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300_000 + b"\r\n\r\n"))


RAW = zlib.compressobj(wbits=-15)
COMPRESSED = {
    "gzip": gzip.compress(b"hello" * 1000),
    "x-gzip": gzip.compress(b"hello" * 999) + gzip.compress(b"hello"),
    "deflate": zlib.compress(b"hello" * 1000),
    "Deflate": RAW.compress(b"hello" * 1000) + RAW.flush(),
    "identity": b"hello" * 1000,
}


@pytest.mark.parametrize("encoding", COMPRESSED)
async def test_compressed_bodies_are_decoded(
    origin: Origin, client: GuardedClient, encoding: str
) -> None:
    url = origin.answer("/", COMPRESSED[encoding], headers=f"Content-Encoding: {encoding}\r\n")
    assert (await client.fetch(url)).body == b"hello" * 1000


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", ", ".join(["gzip"] * 500)])
async def test_codings_that_were_not_asked_for_are_not_decoded(
    origin: Origin, client: GuardedClient, encoding: str
) -> None:
    url = origin.answer("/", b"\x00" * 800, headers=f"Content-Encoding: {encoding}\r\n")
    assert "not asked for" in str(await failure(client, url))


async def test_truncated_and_broken_gzip_is_an_error(origin: Origin, client: GuardedClient) -> None:
    whole = gzip.compress(bytes(range(256)) * 200)
    gz = "Content-Encoding: gzip\r\n"
    assert "cut off" in str(await failure(client, origin.answer("/t", whole[:-9], headers=gz)))
    assert "broken" in str(await failure(client, origin.answer("/b", b"no gzip", headers=gz)))
    assert (await client.fetch(origin.answer("/empty", b"", headers=gz))).body == b""


def bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    block = b"\x00" * 1_000_000
    return b"".join(packer.compress(block) for _ in range(size // len(block))) + packer.flush()


async def test_a_gzip_bomb_costs_what_the_limit_allows(
    origin: Origin, client: GuardedClient
) -> None:
    url = origin.answer("/", bomb(100_000_000), headers="Content-Encoding: gzip\r\n")
    assert "larger than 10,000,000 bytes" in str(await refusal(client, url))


async def test_a_gzip_of_a_gzip_is_decoded_once(origin: Origin, client: GuardedClient) -> None:
    inner = bomb(50_000_000)
    url = origin.answer("/", gzip.compress(inner), headers="Content-Encoding: gzip\r\n")
    assert (await client.fetch(url)).body == inner


async def test_cookies_are_not_kept(origin: Origin, client: GuardedClient) -> None:
    url = origin.answer("/", b"x", headers="Set-Cookie: id=1; Path=/\r\n")
    await client.fetch(url)
    await client.fetch(url)
    assert origin.asked[1].header("cookie") is None


async def test_a_host_sees_one_connection_and_one_request_per_interval(origin: Origin) -> None:
    url = origin.answer("/", b"x")
    limits = FetchLimits(host_interval=0.1, host_connections=1)
    async with GuardedClient(user_agent=AGENT, policy=LOCAL, limits=limits) as polite:
        started = time.monotonic()
        await asyncio.gather(*(polite.fetch(url) for _ in range(5)))
        spent = time.monotonic() - started
    assert spent >= 0.4
    assert origin.open_most == 1


async def test_waiting_for_a_turn_does_not_use_up_the_deadline(origin: Origin) -> None:
    url = origin.answer("/", b"x")
    limits = FetchLimits(deadline=0.5, host_interval=0.3)
    async with GuardedClient(user_agent=AGENT, policy=LOCAL, limits=limits) as polite:
        got = await asyncio.gather(*(polite.fetch(url) for _ in range(4)))
    assert [fetched.body for fetched in got] == [b"x"] * 4


async def test_credentials_do_not_appear_in_errors(origin: Origin, client: GuardedClient) -> None:
    origin.answer("/", status="500 Oops")
    error = await failure(client, f"http://reader:hunter2@127.0.0.1:{origin.port}/")
    assert "hunter2" not in str(error)


async def test_hosts_no_longer_used_are_forgotten() -> None:
    clock = [0.0]
    pacer = HostPacer(1.0, clock=lambda: clock[0])
    for number in range(2000):
        clock[0] += 10
        async with pacer.turn(f"host-{number}"):
            pass
    assert len(pacer) <= 256


@pytest.mark.torture
async def test_a_hundred_drips_end_together_while_others_are_served(origin: Origin) -> None:
    drip = origin.raw(
        "/drip", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x", every=0.5, endless=True
    )
    quick = origin.answer("/quick", b"ok")
    limits = FetchLimits(deadline=30, host_interval=0, host_connections=0, max_connections=200)
    async with GuardedClient(user_agent=AGENT, policy=LOCAL, limits=limits) as many:
        started = time.monotonic()
        drips = [asyncio.create_task(many.fetch(drip)) for _ in range(100)]
        await asyncio.sleep(1)
        others = time.monotonic()
        for _ in range(20):
            assert (await many.fetch(quick)).body == b"ok"
        assert time.monotonic() - others < 5
        ends = await asyncio.gather(*drips, return_exceptions=True)
    assert all(isinstance(end, FetchError) for end in ends)
    assert time.monotonic() - started <= 31


@pytest.mark.torture
async def test_a_bomb_of_a_gibibyte_adds_at_most_sixty_megabytes(origin: Origin) -> None:
    import resource

    packed = bomb(1 << 30)
    url = origin.answer("/", packed, headers="Content-Encoding: gzip\r\n")
    async with GuardedClient(user_agent=AGENT, policy=LOCAL, limits=QUICK) as client:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        await refusal(client, url)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown <= 60_000


async def test_a_time_out_while_the_worker_was_suspended_is_not_the_hosts(
    origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.adapters.http.OVERSLEPT", 0.2)
    url = origin.answer("/", b"<rss/>")
    limits = FetchLimits(deadline=0.3, host_interval=0.0, host_connections=0)
    async with GuardedClient(user_agent=AGENT, policy=LOCAL, limits=limits) as client:
        asked = asyncio.create_task(client.fetch(url))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        time.sleep(0.8)  # noqa: ASYNC251 - the whole process stands still, as when it is suspended
        assert (await asked).body == b"<rss/>"


async def test_a_host_that_is_slow_is_asked_once(origin: Origin, client: GuardedClient) -> None:
    url = origin.raw("/", b"", every=5.0)
    await failure(client, url)
    assert len(origin.asked) == 1


async def test_a_connection_that_ends_when_it_is_used_again_costs_nothing(
    client: GuardedClient,
) -> None:
    """The host says nothing of ending it, and does so when the second request comes in."""
    asked: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number in range(2):
            head = await reader.readuntil(b"\r\n\r\n")
            asked.append(number)
            if number == 1:
                break
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            assert head.startswith(b"GET")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with server:
        assert [(await client.fetch(url)).body for _ in range(3)] == [b"ok"] * 3
        assert asked == [0, 1, 0, 1, 0]
        with pytest.raises(FetchError):  # what was posted is not posted twice
            await client.fetch(url, form=b"x=1")


async def test_bytes_that_nobody_asked_for_are_no_answer(client: GuardedClient) -> None:
    """A second answer sent with the first would be taken for that to the next request."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer + b"ok" + answer + b"no")
        with suppress(asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with server:
        assert [(await client.fetch(url)).body for _ in range(3)] == [b"ok"] * 3


async def test_one_host_after_the_other_leaves_few_connections_open(client: GuardedClient) -> None:
    gone: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 304 Not Modified\r\n\r\n")
        gone.append(1)
        writer.close()

    server = await asyncio.start_server(serve, "0.0.0.0", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        for number in range(40):
            await client.fetch(f"http://127.0.1.{number + 1}:{port}/", etag='"a"')
        await asyncio.sleep(0.1)
        assert len(gone) == 40 - 16
