"""What one file alone cannot tell: names and paths that must fit each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from worker.settings.channels import ChannelsFile
from worker.settings.kinds import Section
from worker.settings.reading import Document, Mistake
from worker.settings.schema import FeedsFile, SettingsFile, WorkerSettings
from worker.settings.telling import RouteSettings, RoutesFile


def cross_checks(
    config_dir: Path, read: dict[str, Section], documents: dict[str, Document]
) -> Iterator[Mistake]:
    """What contradicts itself: unknown names, names that stand twice, files that are not there.

    A file that is wrong in itself is missing from ``read`` and left out.
    """
    main, channels = read.get("settings.yaml"), read.get("channels.yaml")
    routes, feeds = read.get("routes.yaml"), read.get("feeds.yaml")
    if isinstance(main, SettingsFile):
        document = documents["settings.yaml"]
        yield from missing_dirs(config_dir, main, document)
        baseline = baseline_file(config_dir, main)
        if main.baseline.file and not baseline.is_file():
            yield document.mistake(("baseline", "file"), f"no file {baseline}")
        ca_file = anchored(config_dir, main.worker).network.ca_file
        if ca_file and not Path(ca_file).is_file():
            yield document.mistake(("worker", "network", "ca_file"), f"no file {ca_file}")
    if isinstance(feeds, FeedsFile):
        yield from _repeated(documents["feeds.yaml"], "feeds", "id", [f.id for f in feeds.feeds])
    if isinstance(channels, ChannelsFile):
        names = [channel.name for channel in channels.channels]
        yield from _repeated(documents["channels.yaml"], "channels", "name", names)
        if isinstance(routes, RoutesFile):
            yield from _unknown_channels(documents["routes.yaml"], routes.route, names)
            yield from _unknown(
                documents["routes.yaml"],
                routes.operations.channels or (),
                names,
                ("operations", "channels"),
            )


def _repeated(document: Document, key: str, field: str, values: Iterable[str]) -> Iterator[Mistake]:
    first: dict[str, int] = {}
    for index, value in enumerate(values):
        if value in first:
            reason = f"{value!r} stands here again, first at {key}[{first[value]}]"
            yield document.mistake((key, index, field), reason)
        first.setdefault(value, index)


def _unknown(
    document: Document, named: Iterable[str], known: list[str], place: tuple[str | int, ...]
) -> Iterator[Mistake]:
    for name in named:
        if name not in known:
            allowed = ", ".join(known) or "none, as channels.yaml names no channel"
            yield document.mistake(place, f"unknown channel {name!r}; allowed: {allowed}")


def _unknown_channels(
    document: Document, route: RouteSettings, known: list[str], path: tuple[str | int, ...] = ()
) -> Iterator[Mistake]:
    here = path or ("route",)
    yield from _unknown(document, route.channels or (), known, (*here, "channels"))
    for index, child in enumerate(route.routes):
        yield from _unknown_channels(document, child, known, (*here, "routes", index))


def missing_dirs(config_dir: Path, main: SettingsFile, document: Document) -> Iterator[Mistake]:
    """The lexicon folders named that do not exist."""
    for index, path in enumerate(own_dirs(config_dir, main)):
        if not path.is_dir():
            yield document.mistake(("lexicon", "dirs", index), f"no folder {path}")


def baseline_file(config_dir: Path, main: SettingsFile) -> Path:
    """The baseline named in the settings, else the bundled one."""
    return config_dir / main.baseline.file if main.baseline.file else bundled_baseline()


def anchored(config_dir: Path, worker: WorkerSettings) -> WorkerSettings:
    """The same with its paths counted from the configuration folder."""
    if worker.network.ca_file is None:
        return worker
    path = str(config_dir / worker.network.ca_file)
    return worker.model_copy(
        update={"network": worker.network.model_copy(update={"ca_file": path})}
    )


def bundled_baseline() -> Path:
    """The baseline that comes along: within the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "seeds" / "baseline.yaml"
    return inside if inside.is_file() else package.parent / "seeds" / "baseline.yaml"


def own_dirs(config_dir: Path, main: SettingsFile) -> list[Path]:
    """The lexicon folders named in the settings."""
    return [config_dir / name for name in main.lexicon.dirs]


def lexicon_dirs(config_dir: Path, main: SettingsFile) -> Iterator[Path]:
    """Own tables in ``lexicon/`` of the configuration folder need no mention."""
    own = config_dir / "lexicon"
    if own.is_dir():
        yield own
    yield from (path for path in own_dirs(config_dir, main) if path.resolve() != own.resolve())
