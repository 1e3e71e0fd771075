"""Why Apprise takes an address for none of its services: in words that help, without the secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

#: Where all services are listed.
SERVICES = "https://appriseit.com/services/"
#: Forms of an address that are shown.
_FORMS = 3
_SCHEME = re.compile(r"([a-z][a-z0-9]{1,19})://", re.IGNORECASE)
#: What people try that is gone, and what has taken its place.
_GONE = {"msteams": "Microsoft has ended these webhooks; a workflow of Teams is workflows://"}


def why_refused(url: str) -> str:
    """What is wrong with an address that Apprise refuses.

    Of the address only the name before ``://`` is told, as all that follows may be secret.
    """
    found = _SCHEME.match(url)
    if found is None:
        return f"the Apprise address must begin with a service, as in discord://; see {SERVICES}"
    scheme = found[1].lower()
    if scheme in ("http", "https"):
        return f"a plain {scheme}:// address that Apprise knows no service for; see {SERVICES}"
    services = _services()
    service = services.get(scheme)
    if service is None:
        close = get_close_matches(scheme, services, 1, 0.8)
        hint = _GONE.get(scheme) or (f"did you mean {close[0]}://?" if close else "")
        told = f"{scheme}:// is no service that Apprise knows"
        return "; ".join(filter(None, (told, hint, f"see {SERVICES}")))
    if not service["enabled"]:
        needed = ", ".join(service["requirements"]["packages_required"])
        return f"{service['service_name']} ({scheme}://) needs a package that is not here: {needed}"
    return (
        f"the address of {service['service_name']} lacks a part or has a wrong one; "
        f"expected: {' or '.join(_forms(service, scheme))}; see {service['setup_url']}"
    )


def _services() -> dict[str, dict[str, Any]]:
    """Every service by each name that its addresses can begin with."""
    import apprise

    told = apprise.Apprise().details(show_requirements=True, show_disabled=True)
    names = ("protocols", "secure_protocols")
    return {
        scheme: service
        for service in told["schemas"]
        for name in names
        for scheme in service[name] or ()
    }


def _forms(service: dict[str, Any], scheme: str) -> Iterator[str]:
    """The shortest forms of a service's address, their parts in capitals."""
    templates = sorted(service["details"]["templates"], key=len)
    for template in templates[:_FORMS]:
        form = template.replace("{schema}", scheme)
        yield re.sub(r"\{(\w+)\}", lambda part: part[1].upper(), form)
