"""What an article, a feed or an agency might say to a reader's browser; all of it must stay text."""

from __future__ import annotations

from tests.integration.watched import Told

#: Each tries to set ``window.hit``; collected from the OWASP cheat sheet on filter evasion.
XSS = (
    "<script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "<svg onload=window.hit=1>",
    '"><script>window.hit=1</script>',
    "'><img src=x onerror='window.hit=1'>",
    '" onmouseover="window.hit=1" x="',
    "' autofocus onfocus='window.hit=1",
    "</title><script>window.hit=1</script>",
    "</textarea><svg/onload=window.hit=1>",
    "</mark><iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
    "{{ constructor.constructor('window.hit=1')() }}",
    "{% print 7*7 %}",
    "javascript:window.hit=1",
    "<a href=javascript:window.hit=1>go</a>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.hit=1>",
    "<details open ontoggle=window.hit=1>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:window.hit=1'>",
    "<link rel=stylesheet href=data:text/css,*{color:red}>",
    "<object data=javascript:window.hit=1></object>",
    "<style>@import 'javascript:window.hit=1';</style>",
    "⟦<script>window.hit=1</script>⟧",
    "\u202e<script>window.hit=1</script>",
    "&lt;script&gt;window.hit=1&lt;/script&gt;",
    "<noscript><p title='</noscript><img src=x onerror=window.hit=1>'>",
)


def coverage() -> list[Told]:
    """Articles that carry the corpus in title, text, outlet and quote."""
    return [
        Told(
            f"Post {number} {evil}",
            "2026-02-08",
            f"Norway promises {evil}",
            f"Norway will send {900 + number} soldiers to Ukraine once a ceasefire holds, the "
            f"Norwegian prime minister said {evil} on Sunday. The coalition of the willing spoke "
            "of security guarantees.",
        )
        for number, evil in enumerate(XSS)
    ]
