"""The probe suite by phenomenon: how many sentences, how many read right (a Markdown table)."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from worker.core.claims import default_extractor
from worker.core.claims.extractor import analyze_sentences
from worker.model import Article

PROBES = Path(__file__).resolve().parents[1] / "tests" / "probes"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if line.strip() and not line.startswith("#"))
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def _right(language: str, row: dict[str, str]) -> bool:
    article = Article(row["sentence"], published="2026-03-11", language=language)
    claims = analyze_sentences(default_extractor(), article, language)
    got = sorted(f"{c.actor} {c.measure} {c.stance}" for c in claims)
    wanted = row["expected"].strip()
    parts = [] if wanted == "-" else [p.split("+")[0].split("#")[0] for p in wanted.split(";")]
    return got == sorted(" ".join(p.split()[:3]) for p in parts if p.strip())


def main() -> None:
    """Print one table a language."""
    for path in sorted(PROBES.glob("??.tsv")):
        rows = _rows(path)
        total = Counter(row["phenomenon"] for row in rows)
        right = Counter(row["phenomenon"] for row in rows if _right(path.stem, row))
        print(f"\n**{path.stem}**: {right.total()} of {total.total()} sentences read right\n")
        print("| phenomenon | sentences | right |\n|---|---|---|")
        for name, count in total.most_common():
            print(f"| {name} | {count} | {right[name]} |")


if __name__ == "__main__":
    main()
