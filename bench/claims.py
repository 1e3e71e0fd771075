"""Time of one article through the extractor, memory with all languages, start, and growth.

The reference in the same run is trafilatura on a page with the same text; goals: p50 ≤ 15 ms,
p99 ≤ 60 ms, resident memory ≤ 150 MB, cold start ≤ 1.5 s, time in proportion to length.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from worker.core.claims import Extractor
from worker.model import Article

GOLD = Path(__file__).resolve().parents[1] / "tests" / "gold"
ROUNDS = 5


def articles() -> list[Article]:
    """Every labelled article of the project."""
    found = []
    for path in sorted(GOLD.rglob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(data, dict) and "text" in data:
            found.append(Article(data["text"], data["title"] or "", published=data["published"]))
    return found


def resident_mb() -> float:
    """Resident memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def _times(extractor: Extractor, texts: list[Article]) -> list[float]:
    times = []
    for _ in range(ROUNDS):
        for article in texts:
            begin = time.perf_counter()
            extractor.analyze(article)
            times.append((time.perf_counter() - begin) * 1000)
    return sorted(times)


def _trafilatura(texts: list[Article]) -> float:
    import trafilatura

    times = []
    for article in texts:
        body = "".join(f"<p>{p}</p>" for p in article.text.split("\n\n"))
        page = f"<html><body><article><h1>{article.title}</h1>{body}</article></body></html>"
        begin = time.perf_counter()
        trafilatura.extract(page, include_comments=False)
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times)


def _cold_start() -> float:
    code = (
        "from worker.core.claims import Extractor; from worker.model import Article; "
        "Extractor().analyze(Article('Deutschland wird keine Soldaten in die Ukraine entsenden, "
        "sagte der Kanzler am Dienstag in Berlin.'))"
    )
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - begin


def _growth(extractor: Extractor, texts: list[Article]) -> float:
    """Time per character of a text eight times as long, over that of the text itself."""
    base = max(texts, key=lambda a: len(a.text))
    one = min(_once(extractor, base) for _ in range(5)) / len(base.text)
    long = Article("\n\n".join([base.text] * 8), base.title, published=base.published)
    return min(_once(extractor, long) for _ in range(3)) / len(long.text) / one


def _once(extractor: Extractor, article: Article) -> float:
    begin = time.perf_counter()
    extractor.analyze(article)
    return time.perf_counter() - begin


def main() -> None:
    """Print the figures in one line each."""
    texts = articles()
    extractor = Extractor()
    for article in texts:
        extractor.analyze(article)
    memory = resident_mb()
    times = _times(extractor, texts)
    p50, p99 = statistics.median(times), times[int(len(times) * 0.99)]
    other = _trafilatura(texts)
    print(f"articles {len(texts)}, rounds {ROUNDS}")
    print(
        f"p50 {p50:.1f} ms, p99 {p99:.1f} ms; trafilatura alone p50 {other:.1f} ms; ratio {p50 / other:.2f}"
    )
    print(f"resident {memory:.0f} MB with all languages; cold start {_cold_start():.2f} s")
    print(f"time per character at 8x length: {_growth(extractor, texts):.2f}x")


if __name__ == "__main__":
    main()
