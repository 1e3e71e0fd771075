"""Which configuration a command works with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.errors import ConfigError

if TYPE_CHECKING:
    from worker.core.claims import Extractor
    from worker.settings import Settings

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FOLDER",
        help="Folder with settings.yaml and the rest (default: $COALITION_WATCH_CONFIG, ./config).",
    ),
]


def config_dir(given: Path | None) -> Path:
    """The configuration folder: the option, else the environment, else ``config`` here."""
    return given or Path(os.environ.get("COALITION_WATCH_CONFIG", "") or "config")


def load(given: Path | None) -> Settings:
    """The settings of a command that cannot work without; ConfigError names every mistake."""
    from worker.settings import load_settings

    folder = config_dir(given)
    if not folder.is_dir():
        raise ConfigError(
            f"no configuration folder {folder}; name one with --config or COALITION_WATCH_CONFIG"
        )
    return load_settings(folder, os.environ)


def load_if_there(given: Path | None) -> Settings | None:
    """The settings, or None where none were asked for and there are none."""
    asked = given is not None or bool(os.environ.get("COALITION_WATCH_CONFIG"))
    return load(given) if asked or config_dir(given).is_dir() else None


def extractor(given: Path | None) -> Extractor:
    """The extractor with the user's own lexicon tables; the rest of the settings is not read."""
    from worker.core.claims import Extractor

    folder = config_dir(given)
    if not folder.is_dir():
        if given is not None:
            raise ConfigError(f"no configuration folder {folder}")
        return Extractor()
    from worker.settings import load_lexicon_dirs

    return Extractor(load_lexicon_dirs(folder, os.environ))
