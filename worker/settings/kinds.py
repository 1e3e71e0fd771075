"""The kinds of values that a configuration file may hold, each refusing what it is not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from ipaddress import ip_network
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator
from pydantic_core import PydanticCustomError

from worker.model import ACTOR_CODE

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(?:\d+[smhdw])+")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
_HTTP = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)


def refuse(reason: str) -> PydanticCustomError:
    """A validation error whose whole text is ``reason``."""
    return PydanticCustomError("refused", "{reason}", {"reason": reason})


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if value == 0:
        return timedelta(0)
    if isinstance(value, str) and _DURATION.fullmatch(value):
        parts = re.findall(r"(\d+)([smhdw])", value)
        seconds = sum(int(number) * _UNITS[unit] for number, unit in parts)
        if seconds <= 3650 * 86400:
            return timedelta(seconds=seconds)
    raise refuse("must be a duration of at most ten years such as 30s, 5m, 1h30m, 2d, 1w, or 0")


def _clock(value: object) -> time:
    if isinstance(value, time):
        return value
    if isinstance(value, str) and (match := _CLOCK.fullmatch(value)):
        return time(int(match[1]), int(match[2]))
    raise refuse("must be a time of day such as 07:30")


def _timezone(value: object) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    if isinstance(value, str) and value in available_timezones():
        return ZoneInfo(value)
    raise refuse("must be a time zone such as Europe/Berlin or UTC")


def _network(value: str) -> str:
    try:
        return str(ip_network(value))
    except ValueError:
        raise refuse("must be an IP address or network such as 10.0.0.0/8") from None


def _matching(pattern: re.Pattern[str], reason: str) -> AfterValidator:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise refuse(reason)
        return value

    return AfterValidator(check)


def listed(value: object) -> object:
    """One value may stand for a list of one."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


@dataclass(frozen=True, slots=True)
class Words:
    """What a kind of value is, for the reference of all settings."""

    text: str


Duration = Annotated[timedelta, PlainValidator(_duration), Words("duration")]
Clock = Annotated[time, PlainValidator(_clock), Words("time of day")]
Zone = Annotated[ZoneInfo, PlainValidator(_timezone), Words("time zone")]
Network = Annotated[str, AfterValidator(_network), Words("IP address or network")]
Name = Annotated[
    str,
    _matching(_NAME, "must be 1 to 40 small letters, digits, - and _, a letter or digit first"),
    Words("name"),
]
Actor = Annotated[
    str,
    _matching(ACTOR_CODE, "must be an ISO 3166-1 alpha-2 code, EU, UN, NATO or COALITION"),
    Words("actor"),
]
Address = Annotated[
    str,
    _matching(_ADDRESS, "must be an e-mail address such as a@example.org"),
    Words("e-mail address"),
]
HttpUrl = Annotated[
    str, _matching(_HTTP, "must be an http:// or https:// address"), Words("http(s) address")
]
Printable = Annotated[
    str,
    _matching(re.compile(r"[\x21-\x7e][\x20-\x7e]{0,119}"), "must be 1 to 120 ASCII characters"),
    Words("ASCII text"),
]
Timestamp = Annotated[
    str,
    _matching(re.compile(r"\d+\.\d+"), 'must be a Slack timestamp such as "1767225600.000100"'),
    Words("Slack timestamp"),
]


def _moment(value: object) -> datetime:
    """A time with its zone; YAML itself reads what is not quoted."""
    reason = "must be a time with its zone such as 2026-02-03T12:00:00Z"
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise refuse(reason) from None
    if moment.tzinfo is None:
        raise refuse(reason)
    return moment.astimezone(UTC)


Moment = Annotated[datetime, PlainValidator(_moment)]
Unsubscribe = Annotated[
    str,
    _matching(
        re.compile(r"(?:mailto:|https://)[\x21-\x3b\x3d\x3f-\x7e]{3,300}"),
        "must be a mailto: or https:// address",
    ),
]
Conversation = Annotated[
    str,
    _matching(
        re.compile(r"[CGD][A-Z0-9]{5,20}"), "must be a Slack conversation id such as C0123456789"
    ),
]
Language = Annotated[
    str,
    _matching(re.compile(r"[a-z]{2,3}"), "must be an ISO 639 code such as de"),
    Words("language code"),
]
#: A language that the interface texts exist in (worker/core/render/catalog.py).
LabelLanguage = Literal["en", "de"]
Days = Annotated[int, Field(ge=0, le=365)]
Positive = Annotated[int, Field(ge=1)]


class Section(BaseModel):
    """Base of every part of the configuration."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True
    )


def many(kind: Any) -> Any:
    """One or more values of a kind, as a tuple."""
    # A validator in front makes pydantic forget that the input was JSON, where text is an enum.
    kind = Annotated[kind, Field(strict=False)]
    return Annotated[tuple[kind, ...], BeforeValidator(listed), Field(min_length=1)]
