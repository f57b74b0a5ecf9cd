"""docs/reference, made from the commands, the settings and the signals themselves."""

from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from reinfra.signals import SourceName

HEAD = "<!-- Made by `python -m reinfra.cli.reference`; a test keeps it equal to the code. -->\n"


def pages() -> dict[str, str]:
    """Every page of the reference by its file name."""
    return {
        "commands.md": _page("Commands", _commands()),
        "settings.md": _page("Settings", _settings()),
        "signals.md": _page("Signals", _signals()),
    }


def write(folder: Path) -> None:
    """Write the reference into `folder`."""
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def _page(title: str, lines: Iterator[str]) -> str:
    return f"{HEAD}\n# {title}\n\n" + "\n".join(lines) + "\n"


def _commands() -> Iterator[str]:
    import typer.main

    from reinfra.cli.main import app

    yield "Exit codes: 0 ok, 1 failed, 2 usage or input, 3 partial, 4 stale input, 75 locked."
    yield "`--json` prints results for machines; logs and progress go to stderr."
    yield ""
    yield from _command("reinfra", typer.main.get_command(app))


def _command(name: str, command: Any) -> Iterator[str]:  # noqa: ANN401 - typer's own click has no stubs
    subcommands = getattr(command, "commands", {})
    yield f"## `{name}`" if not subcommands else f"## `{name}` …"
    yield ""
    yield (command.help or "").strip()
    yield ""
    rows = [_parameter(parameter) for parameter in command.params if parameter.name != "help"]
    if rows:
        yield "| option | meaning |"
        yield "|---|---|"
        yield from rows
        yield ""
    for sub, child in subcommands.items():
        yield from _command(f"{name} {sub}", child)


def _parameter(parameter: Any) -> str:  # noqa: ANN401
    is_option = parameter.param_type_name == "option"
    names = (
        ", ".join(parameter.opts) if is_option else (parameter.metavar or parameter.name.upper())
    )
    return f"| `{names}` | {getattr(parameter, 'help', '') or ''} |"


def _settings() -> Iterator[str]:
    from reinfra.config import Settings
    from reinfra.config.settings import PREFIX

    yield "Settings come from `reinfra.toml` in the working directory (or `--config`, or"
    yield "`$REINFRA_CONFIG`) and from the environment, which wins. Lists are written with commas there."
    for section, field in Settings.model_fields.items():
        if isinstance(field.default, tuple):  # tables, which have a page's part of their own
            continue
        model: Any = field.annotation
        yield f"\n## `[{section}]`\n"
        yield f"{cleandoc(model.__doc__ or '')}\n"
        yield "| key | default | variable | meaning |"
        yield "|---|---|---|---|"
        for key, each in model.model_fields.items():
            variable = f"{PREFIX}{section}_{key}".upper()
            yield f"| `{key}` | `{_default(each.default)}` | `{variable}` | {each.description} |"
    yield from _overrides()
    yield from _sources()
    yield from _receivers()
    yield from _rules()


def _overrides() -> Iterator[str]:
    from reinfra.config import DetectOverride

    yield "\n## `[[detect.override]]`\n"
    yield f"{(DetectOverride.__doc__ or '').strip()}\n"
    yield "| key | default | meaning |"
    yield "|---|---|---|"
    yield from _keys(DetectOverride, own=set(DetectOverride.model_fields))


def _sources() -> Iterator[str]:
    from reinfra.config.sources import SOURCES, SourceSettings

    yield "\n## `[[source]]`\n"
    yield "One table for each source, chosen by `collector`. Every source has:\n"
    yield "| key | default | meaning |"
    yield "|---|---|---|"
    yield from _keys(SourceSettings, own=set(SourceSettings.model_fields))
    for name, model in SOURCES.items():
        yield f'\n### `collector = "{name}"`\n'
        yield f"{cleandoc(model.__doc__ or '')}\n"
        own = set(model.model_fields) - set(SourceSettings.model_fields)
        if own:
            yield "| key | default | meaning |"
            yield "|---|---|---|"
            yield from _keys(model, own)


def _rules() -> Iterator[str]:
    """Who hears of what."""
    from reinfra.config.alerting import InhibitSettings, MaintenanceSettings, RouteSettings
    from reinfra.config.intervals import TimeInterval, TimeRange, TimeSpec

    tables: dict[str, type[BaseModel]] = {
        "route": RouteSettings,
        "inhibit": InhibitSettings,
        "time_interval": TimeInterval,
        "time_interval.time_intervals": TimeSpec,
        "time_interval.time_intervals.times": TimeRange,
        "maintenance": MaintenanceSettings,
    }
    for name, model in tables.items():
        yield f"\n## `[[{name}]]`\n"
        yield f"{cleandoc(model.__doc__ or '')}\n"
        yield "| key | default | meaning |"
        yield "|---|---|---|"
        yield from _keys(model, own=set(model.model_fields))


def _receivers() -> Iterator[str]:
    from reinfra.config.receivers import RECEIVERS, ReceiverSettings

    yield "\n## `[[receiver]]`\n"
    yield "One table for each receiver, chosen by `kind`. Every receiver has:\n"
    yield "| key | default | meaning |"
    yield "|---|---|---|"
    yield from _keys(ReceiverSettings, own=set(ReceiverSettings.model_fields))
    for name, model in RECEIVERS.items():
        yield f'\n### `kind = "{name}"`\n'
        yield f"{cleandoc(model.__doc__ or '')}\n"
        own = set(model.model_fields) - set(ReceiverSettings.model_fields)
        if own:
            yield "| key | default | meaning |"
            yield "|---|---|---|"
            yield from _keys(model, own)


def _keys(model: type[BaseModel], own: set[str]) -> Iterator[str]:
    for key, each in model.model_fields.items():
        if key in own:
            shown = (
                "required"
                if each.is_required()
                else f"`{_default(each.get_default(call_default_factory=True))}`"
            )
            yield f"| `{each.alias or key}` | {shown} | {each.description} |"


def _default(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(f'"{each}"' for each in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _signals() -> Iterator[str]:
    from reinfra.signals import signals

    yield "Canonical names are OpenTelemetry's where it has one; units are base units (UCUM)."
    yield "`worse` is the direction in which a signal goes when things get bad.\n"
    yield "| signal | what | unit | kind | worse | every | where | known to sources as |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in signals().values():
        sources = "; ".join(_source(name, each) for name, each in one.sources.items())
        every = f"{one.cadence:g} s" if one.cadence else "no rhythm"
        where = ", ".join(one.hardware)
        yield (
            f"| `{one.name}` | {one.title} | `{one.unit}` | {one.kind} | {one.worse} "
            f"| {every} | {where} | {sources} |"
        )


def _source(source: str, names: tuple[SourceName, ...]) -> str:
    return f"{source}: " + ", ".join(f"`{name.metric}` [{name.unit}]" for name in names)


if __name__ == "__main__":
    write(Path("docs/reference"))
