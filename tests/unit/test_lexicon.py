"""Every row of every table holds its example, not its counter-example; wrong rows are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.core.claims.lexicon import LANGUAGES, TABLES, check_lexicon, load_lexicon
from worker.errors import ConfigError

HEADERS = {table: "\t".join([*columns, "example", "counter"]) for table, columns in TABLES.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_is_found_in_its_example_and_not_in_its_counter_example(language: str) -> None:
    lexicon = load_lexicon(language)
    assert lexicon.rows, f"no tables for {language}"
    assert check_lexicon(lexicon) == []


def _write(folder: Path, table: str, *rows: str) -> Path:
    path = folder / "de" / f"{table}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([HEADERS[table], *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("table", "row", "reason"),
    [
        ("cues", "stance\tyes\t\tsagt\tEr sagt\tEr schweigt", "stance 'yes' is unknown"),
        ("cues", "action\tcommitted\t\tsendet\tEr sendet\tEr schweigt", "takes no stance"),
        ("cues", "stance\t\t\tsagt\tEr sagt\tEr schweigt", "needs a stance"),
        ("actors", "Germany\tstate\tDeutschland\tDeutschland\tItalien", "code 'Germany'"),
        ("measures", "boots\tcore\tStiefel\tStiefel\tSchuhe", "measure 'boots' is unknown"),
        ("conditions", "ceasefire\t..\tx\ty", "begins or ends with a gap"),
        ("quantities", "unit\tstiefel\tStiefel\tStiefel\tSchuhe", "unit 'stiefel' is unknown"),
        ("context", "negation\t\tnicht\tja", "pattern is empty"),
    ],
)
def test_a_wrong_row_is_refused_with_file_line_and_reason(
    tmp_path: Path, table: str, row: str, reason: str
) -> None:
    path = _write(tmp_path, table, row)
    with pytest.raises(ConfigError) as caught:
        load_lexicon("de", base=tmp_path)
    assert f"{path}:2" in str(caught.value)
    assert reason in str(caught.value)


def test_a_wrong_header_or_table_name_is_refused(tmp_path: Path) -> None:
    path = _write(tmp_path, "cues")
    path.write_text("a\tb\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="header"):
        load_lexicon("de", base=tmp_path)
    path.rename(path.with_name("clues.tsv"))
    with pytest.raises(ConfigError, match="no table is called 'clues'"):
        load_lexicon("de", base=tmp_path)


def test_an_own_row_is_added_and_replaces_the_built_in_one_of_the_same_words(
    tmp_path: Path,
) -> None:
    base, own = tmp_path / "base", tmp_path / "own"
    _write(base, "cues", "stance\topen\t\tmurmelt\tEr murmelt\tEr sagt")
    _write(
        own,
        "cues",
        "stance\tcommitted\t\tmurmelt\tEr murmelt\tEr sagt",
        "stance\topen\t\tbrummt\tEr brummt\tEr sagt",
    )
    rows = {r["pattern"]: r["stance"] for r in load_lexicon("de", [own], base).rows}
    assert rows == {"murmelt": "committed", "brummt": "open"}


def test_examples_that_do_not_match_are_named(tmp_path: Path) -> None:
    _write(
        tmp_path,
        "context",
        "negation\tnicht\tEr kommt.\tEr geht.",
        "negation\tnie\tEr kommt nie.\tNie geht er.",
    )
    problems = check_lexicon(load_lexicon("de", base=tmp_path))
    assert len(problems) == 2
    assert "not found in its example" in problems[0]
    assert "found in its counter-example" in problems[1]


def test_two_cue_rows_that_give_one_wording_two_stances_are_named(tmp_path: Path) -> None:
    _write(
        tmp_path,
        "cues",
        "stance\topen\t\tmurmelt|brummt\tEr murmelt\tEr sagt",
        "stance\tcommitted\t\tmurmelt\tEr murmelt\tEr sagt",
    )
    assert "murmelt" in check_lexicon(load_lexicon("de", base=tmp_path))[0]
