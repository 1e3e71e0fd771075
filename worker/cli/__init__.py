"""The command line: ``coalition-watch`` or ``python -m worker`` (docs/contracts.md).

Exit codes: 0 done, 1 the work failed, 2 wrong usage or configuration; an error is one clear line
on stderr for each thing that is wrong, never a traceback for bad input.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer
from typer.exceptions import Abort, TyperException

from worker.cli.commands import app
from worker.errors import ConfigError, UsageError, WorkerError
from worker.logs import log_to

PROGRAM = "coalition-watch"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line with ``arguments`` (default: those of the process); the exit code."""
    _speak_utf8()
    log_to(sys.stderr, level="error")
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has had enough, as in `… | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _run(arguments: Sequence[str] | None) -> int:
    command = typer.main.get_command(app)
    try:
        result = command.main(
            args=list(arguments) if arguments is not None else None,
            prog_name=PROGRAM,
            standalone_mode=False,
        )
    except (ConfigError, UsageError) as error:
        return _fail(str(error), 2)
    except WorkerError as error:
        return _fail(str(error), 1)
    except (Abort, KeyboardInterrupt):
        return _fail("interrupted", 130)
    except TyperException as error:
        return _wrong_usage(error)
    return result if isinstance(result, int) else 0


def _wrong_usage(error: TyperException) -> int:
    text = error.format_message()
    if text.startswith("Usage:"):  # no command given: the help is the answer
        print(text, file=sys.stderr)
        return error.exit_code
    context = getattr(error, "ctx", None)
    help_of = f" (see {context.command_path} --help)" if context else ""
    return _fail(f"{' '.join(text.split())}{help_of}", error.exit_code)


def _fail(text: str, code: int) -> int:
    for line in text.splitlines() or [""]:
        print(f"{PROGRAM}: {line}", file=sys.stderr)
    return code


def _speak_utf8() -> None:
    """Whatever the locale: names and quotes are in many scripts."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="backslashreplace")
