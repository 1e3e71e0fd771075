"""The language tables: read, checked, compiled to one matcher per language (docs/lexicon.md)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product
from pathlib import Path

from worker.core.claims.patterns import Gap, PatternSet, compile_pattern
from worker.core.claims.text import fold, words_of
from worker.errors import ConfigError
from worker.model import UNITS, Condition, Measure, Stance

BUILT_IN = Path(__file__).resolve().parents[2] / "lexicon"
LANGUAGES = ("de", "en", "fr", "es", "it", "nl", "pl", "uk", "ru")

_STANCES = {s.value for s in Stance}
#: Several states may go by one name ("the Baltic states": EE+LV+LT).
_CODE = re.compile(r"^([A-Z]{2}(\+[A-Z]{2})*|NATO|COALITION)$")
_DATE = re.compile(r"^(\d{4}-\d{2}-\d{2})?$")

ACTOR_KINDS = frozenset({"state", "oblique", "capital", "adjective", "institution", "pseudo"})
GOVERNING_ROLES = frozenset(
    {
        "head_of_state",
        "head_of_government",
        "foreign",
        "defence",
        "finance",
        "minister",
        "spokesperson",
        "envoy",
        "military",
        "institution_head",
    }
)
OTHER_ROLES = frozenset({"former", "opposition", "elect"})
MEASURE_KINDS = frozenset({"core", "weak", "verb", "force", "pseudo"})
CUE_CLASSES = frozenset({"stance", "noun", "action", "action_past", "done"})
CONTEXT_TYPES = frozenset(
    [
        "negation",
        "temper",
        "modal_open",
        "modal_must",
        "modal_will",
        "demand",
        "deny",
        "welcome",
        "nocomment",
        "whether",
        "if",
        "hypothetical",
        "reporting",
        "reported_mark",
        "draft_mark",
        "gov_role",
        "parliament_role",
        "opposition_role",
        "expert_role",
        "elect_role",
        "pronoun_state",
        "pronoun_person",
        "pronoun_we",
        "subordinator",
        "coordinator",
        "contrast",
        "preposition",
        "agent",
        "article",
        "passive",
        "giving",
        "signing",
        "anaphor",
        "experiencer",
        "instead",
        "drop",
        "document",
        "foresees",
        "pluperfect",
        "perfect",
        "old_stance",
        "ongoing",
        "partaking",
        "not_denied",
        "boiler",
        "reader",
        "question",
        "gathering",
        "abbreviation",
    ]
)
QUANTITY_KINDS = frozenset({"number", "magnitude", "vague", "approx", "unit"})
DATE_KINDS = frozenset({"month", "weekday", "relative", "month_part", "since", "last", "season"})

#: How much of a pattern names the rule in a claim.
_RULE_LENGTH = 48
_ANY = None
#: Per table: its columns before ``example`` and ``counter``, and what each may hold.
TABLES: Mapping[str, Mapping[str, frozenset[str] | re.Pattern[str] | None]] = {
    "actors": {"code": _CODE, "kind": ACTOR_KINDS, "pattern": _ANY},
    "people": {
        "code": _CODE,
        "pattern": _ANY,
        "name": _ANY,
        "role": GOVERNING_ROLES | OTHER_ROLES,
        "from": _DATE,
        "until": _DATE,
    },
    "measures": {
        "measure": frozenset(m.value for m in Measure),
        "kind": MEASURE_KINDS,
        "pattern": _ANY,
    },
    "cues": {
        "class": CUE_CLASSES,
        "stance": frozenset(_STANCES | {""}),
        "negated": frozenset(_STANCES | {"", "none"}),
        "pattern": _ANY,
    },
    "context": {"type": CONTEXT_TYPES, "pattern": _ANY},
    "conditions": {"condition": frozenset(c.value for c in Condition), "pattern": _ANY},
    "quantities": {"kind": QUANTITY_KINDS, "value": _ANY, "pattern": _ANY},
    "dates": {"kind": DATE_KINDS, "value": _ANY, "pattern": _ANY},
    "relevance": {
        "weight": frozenset({"3", "2", "1", "-1", "-2", "-3", "ukraine", "given"}),
        "pattern": _ANY,
    },
}
#: A row of one's own with the same values in these columns replaces the built-in one.
_KEYS = {
    name: tuple(c for c in columns if c not in {"stance", "negated"})
    for name, columns in TABLES.items()
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of one table; ``place`` is ``file:line``."""

    table: str
    values: Mapping[str, str]
    place: str

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    @property
    def rule(self) -> str:
        """How a claim names the row that fired."""
        head = self.values["pattern"].split(" ; ")[0]
        return f"{self.table}:{head if len(head) <= _RULE_LENGTH else head[:_RULE_LENGTH] + '…'}"


def read_table(path: Path, table: str) -> Iterator[Row]:
    """Read one table; a wrong header, id or pattern is a ConfigError with file, line and reason."""
    wanted = [*TABLES[table], "example", "counter"]
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    header: list[str] | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if header is None:
            header = _header(cells, wanted, f"{path}:{number}")
            continue
        cells += [""] * (len(wanted) - len(cells))
        if len(cells) > len(wanted):
            raise ConfigError(
                f"{path}:{number}: {len(cells)} columns, allowed are {len(wanted)}: {', '.join(wanted)}"
            )
        yield _row(table, dict(zip(wanted, cells, strict=True)), f"{path}:{number}")


def _header(cells: list[str], wanted: list[str], place: str) -> list[str]:
    if cells != wanted:
        raise ConfigError(
            f"{place}: the header is {cells}, it must be {wanted} (separated by tabs)"
        )
    return cells


def _row(table: str, values: dict[str, str], place: str) -> Row:
    for column, allowed in TABLES[table].items():
        value = values[column]
        if isinstance(allowed, frozenset) and value not in allowed:
            names = ", ".join(sorted(filter(None, allowed)))
            raise ConfigError(f"{place}: {column} {value!r} is unknown; allowed: {names}")
        if isinstance(allowed, re.Pattern) and not allowed.match(value):
            raise ConfigError(
                f"{place}: {column} {value!r} does not have the form {allowed.pattern}"
            )
    if not values["pattern"]:
        raise ConfigError(f"{place}: pattern is empty")
    if (
        table == "cues"
        and (values["class"] in {"stance", "noun"}) != bool(values["stance"])
        and values["class"] != "done"
    ):
        raise ConfigError(
            f"{place}: class {values['class']} {'needs a' if not values['stance'] else 'takes no'} stance"
        )
    if table == "quantities" and values["kind"] == "unit":
        _check_unit(values["value"], place)
    try:
        for pattern in values["pattern"].split(" ; "):
            compile_pattern(pattern.strip())
    except ConfigError as error:
        raise ConfigError(f"{place}: {error}") from error
    return Row(table, values, place)


def _check_unit(unit: str, place: str) -> None:
    if unit not in UNITS and not re.fullmatch(r"[A-Z]{3}", unit):
        raise ConfigError(
            f"{place}: unit {unit!r} is unknown; allowed: {', '.join(UNITS)} or a currency code"
        )


@dataclass(frozen=True)
class Lexicon:
    """All tables of one language, compiled."""

    language: str
    rows: tuple[Row, ...]

    @cached_property
    def closers(self) -> frozenset[str]:
        """The words that close a clause for ``word$`` patterns."""
        return frozenset(
            fold(pattern)
            for row in self.rows
            if row.table == "context" and row["type"] in {"coordinator", "subordinator"}
            for pattern in row["pattern"].replace(" ; ", "|").split("|")
            if " " not in pattern
        )

    @cached_property
    def patterns(self) -> PatternSet[Row]:
        """One matcher for every table."""
        return PatternSet(((row["pattern"], row) for row in self.rows), self.closers)

    @cached_property
    def abbreviations(self) -> frozenset[str]:
        """Folded words whose full stop ends no sentence."""
        return frozenset(
            fold(part).rstrip(".")
            for row in self.rows
            if row.table == "context" and row["type"] == "abbreviation"
            for part in row["pattern"].replace(" ; ", "|").split("|")
        )

    @cached_property
    def people(self) -> dict[str, Row]:
        """The rows of people by their folded names."""
        return {fold(row["name"]): row for row in self.of("people")}

    def of(self, table: str) -> Iterator[Row]:
        """The rows of one table."""
        return (row for row in self.rows if row.table == table)


def load_lexicon(language: str, extra: Sequence[Path] = (), base: Path = BUILT_IN) -> Lexicon:
    """Load the tables of a language, those under ``extra`` laid over the built-in ones."""
    rows: dict[tuple[str, ...], Row] = {}
    for root in (base, *extra):
        folder = root / language
        for path in sorted(folder.glob("*.tsv")) if folder.is_dir() else ():
            table = path.stem.split(".")[0]
            if table not in TABLES:
                raise ConfigError(
                    f"{path}: no table is called {table!r}; allowed: {', '.join(TABLES)}"
                )
            for row in read_table(path, table):
                rows[(table, *(row[key] for key in _KEYS[table]))] = row
    return Lexicon(language, tuple(rows.values()))


def check_row(row: Row, language: str, closers: frozenset[str] = frozenset()) -> str | None:
    """What is wrong with the example or counter-example of a row, or ``None``."""
    found = PatternSet([(row["pattern"], None)], closers)
    if not row["example"] or not row["counter"]:
        return f"{row.place}: example and counter must both be filled"
    if not found.find(words_of(row["example"], language)):
        return f"{row.place}: pattern {row['pattern']!r} is not found in its example {row['example']!r}"
    if found.find(words_of(row["counter"], language)):
        return f"{row.place}: pattern {row['pattern']!r} is found in its counter-example {row['counter']!r}"
    return None


def check_lexicon(lexicon: Lexicon) -> list[str]:
    """Everything wrong with the examples of a lexicon, one sentence each."""
    problems = [
        problem
        for row in lexicon.rows
        if (problem := check_row(row, lexicon.language, lexicon.closers)) is not None
    ]
    return problems + list(_contradictions(lexicon))


def _contradictions(lexicon: Lexicon) -> Iterator[str]:
    """Words that two cue rows give different stances: only one of them can be meant."""
    seen: dict[str, Row] = {}
    told: set[tuple[str, str]] = set()
    for row in lexicon.of("cues"):
        for form in _forms(row["pattern"]):
            other = seen.setdefault(form, row)
            pair = (other.place, row.place)
            if other["stance"] != row["stance"] and pair not in told:
                told.add(pair)
                yield (
                    f"{row.place}: {form!r} is {row['class']} {row['stance']} here, but "
                    f"{other['class']} {other['stance']} in {other.place}"
                )


def _forms(pattern: str) -> Iterator[str]:
    """The single wordings of a pattern, up to a bound."""
    for part in pattern.split(" ; "):
        for variant in compile_pattern(part.strip()):
            pieces = [
                [f"..{p.most}"]
                if isinstance(p, Gap)
                else [f"{a.mode[0]}:{a.text}" for a in p.atoms]
                for p in variant
            ]
            for combination in islice(product(*pieces), 500):
                yield " ".join(combination)


def _main(folders: Sequence[str]) -> int:
    failed = 0
    for name in folders:
        folder = Path(name)
        try:
            lexicon = load_lexicon(folder.name, base=folder.parent)
            problems = check_lexicon(lexicon)
        except ConfigError as error:
            problems, lexicon = [str(error)], Lexicon(folder.name, ())
        print(*problems, sep="\n" if problems else "")
        print(f"{folder}: {len(lexicon.rows)} rows, {len(problems)} problems")
        failed += bool(problems)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
