"""The regions by which people filter actors."""

from __future__ import annotations

from collections.abc import Mapping

REGIONS: Mapping[str, frozenset[str]] = {
    "bodies": frozenset({"COALITION", "NATO", "EU", "UN"}),
    "west": frozenset({"GB", "FR", "DE", "BE", "NL", "LU", "IE", "AT", "CH", "LI", "MC"}),
    "north": frozenset({"NO", "SE", "FI", "DK", "IS", "EE", "LV", "LT"}),
    "south": frozenset({"ES", "PT", "IT", "GR", "CY", "MT", "TR", "SM", "VA", "AD"}),
    "east": frozenset({"PL", "CZ", "SK", "HU", "RO", "BG", "SI", "HR", "UA", "MD", "GE"}),
    "balkans": frozenset({"AL", "BA", "ME", "MK", "RS", "XK"}),
    "beyond": frozenset(),
}
_EUROPE = frozenset().union(*REGIONS.values())


def in_region(actor: str, region: str) -> bool:
    """Whether an actor belongs to a region; ``beyond`` is everybody whom no other names."""
    return actor not in _EUROPE if region == "beyond" else actor in REGIONS[region]
