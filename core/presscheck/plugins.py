"""Finds plugins and calls their hooks through typed methods that name whoever fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, TypeVar

import pluggy

from presscheck import hookspecs
from presscheck.errors import InputError, PluginError, PresscheckError

if TYPE_CHECKING:
    from PIL import Image

    from presscheck import registry
    from presscheck.assets import AssetSpec, Attempt, Candidate, Decision, Finding, Verdict
    from presscheck.brand import Brand
    from presscheck.spec import Campaign

GROUP = "presscheck"
"""The entry-point group of third-party plugins."""

DEFAULT_PLUGINS = ("presscheck_plugins", "presscheck_integrations", "presscheck_templates")
"""Packages of built-in plugins; each lists its modules in `PLUGINS`."""

ANSWERS = {
    "register_engines": "EngineEntry",
    "register_readers": "ReaderEntry",
    "register_inspectors": "InspectorEntry",
    "register_finishers": "FinisherEntry",
    "register_deliverers": "DelivererEntry",
    "register_runners": "RunnerEntry",
    "register_brands": "BrandEntry",
    "register_channels": "ChannelEntry",
    "collect_assets": "AssetSpec",
    "compose_prompt": "str",
    "validate_asset": "Finding",
    "verify_candidate": "Verdict",
    "plan_reroll": "Decision",
}
"""The class of each hook's answers; an observer's answer is not looked at."""
SINGLE = frozenset({"compose_prompt", "verify_candidate", "plan_reroll"})
"""Hooks that answer with one value; the others with an iterable of them."""

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class BrokenPlugin:
    """A plugin that could not be loaded, and why; the others go on."""

    name: str
    problem: str


class Plugins:
    """A typed façade over pluggy: one method a hook."""

    def __init__(self) -> None:
        self.manager = pluggy.PluginManager("presscheck")
        self.manager.add_hookspecs(hookspecs)
        self.broken: list[BrokenPlugin] = []

    @classmethod
    def load(cls) -> Plugins:
        """Load the built-ins, then every installed entry point of the group."""
        plugins = cls()
        for package in DEFAULT_PLUGINS:
            for module in import_module(package).PLUGINS:
                plugins.register(import_module(module), module)
        for entry in entry_points(group=GROUP):
            plugins._load_entry(entry)
        return plugins

    def _load_entry(self, entry: EntryPoint) -> None:
        try:
            self.register(entry.load(), entry.name)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code may do anything
            self.broken.append(BrokenPlugin(name=entry.name, problem=_told(error)))

    def register(self, plugin: object, name: str | None = None) -> None:
        """Add a plugin and check it at once.

        Raises:
            PluginError: A hook is misspelt, or asks for an argument that it does not get.
        """
        try:
            registered = self.manager.register(plugin, name)
            self._refuse_unknown_hooks(plugin)
        except (pluggy.PluginValidationError, ValueError) as error:
            if self.manager.is_registered(plugin):
                self.manager.unregister(plugin)
            raise PluginError(
                f"plugin {name or repr(plugin)}: {str(error).rstrip('.')}.",
                remedy="Compare its hooks with docs/hooks.md.",
            ) from error
        assert registered is not None

    def _refuse_unknown_hooks(self, plugin: object) -> None:
        known = {
            name for name in vars(hookspecs) if hasattr(vars(hookspecs)[name], "presscheck_spec")
        }
        for name in dir(plugin):
            if hasattr(getattr(plugin, name, None), "presscheck_impl") and name not in known:
                raise ValueError(f"there is no hook {name!r}; hooks are {', '.join(sorted(known))}")

    def _each(self, hook: str, **arguments: Any) -> list[Any]:
        results: list[Any] = []
        for implementation in reversed(getattr(self.manager.hook, hook).get_hookimpls()):
            result = self._call(implementation, hook, arguments)
            if result is not None:
                results.append(result)
        return results

    def _first(self, hook: str, **arguments: Any) -> Any:
        for implementation in reversed(getattr(self.manager.hook, hook).get_hookimpls()):
            result = self._call(implementation, hook, arguments)
            if result is not None:
                return result
        return None

    def _call(self, implementation: pluggy.HookImpl, hook: str, arguments: dict[str, Any]) -> Any:
        function: Callable[..., Any] = implementation.function
        try:
            result = function(*(arguments[name] for name in implementation.argnames))
            return None if result is None else _checked(hook, result)
        except PresscheckError:
            raise
        except Exception as error:  # foreign code: name it, whatever it raised
            raise PluginError(
                f"plugin {implementation.plugin_name}: {hook} raised "
                f"{type(error).__name__}: {error}",
                remedy="Fix or uninstall the plugin; what was accepted before is kept.",
            ) from error

    def _flat(self, hook: str, **arguments: Any) -> list[Any]:
        return [entry for entries in self._each(hook, **arguments) for entry in entries]

    def _named(self, hook: str) -> list[Any]:
        """Return entries, the one that wins last: of equal names the plugin loaded last has it."""
        return self._flat(hook)[::-1]

    def engines(self) -> dict[str, registry.EngineEntry]:
        """Return engines by name."""
        return {entry.name: entry for entry in self._named("register_engines")}

    def readers(self) -> dict[str, registry.ReaderEntry]:
        """Return readers by name."""
        return {entry.name: entry for entry in self._named("register_readers")}

    def inspectors(self) -> dict[str, registry.InspectorEntry]:
        """Return inspectors of glyphs by name."""
        return {entry.name: entry for entry in self._named("register_inspectors")}

    def finishers(self) -> dict[str, registry.FinisherEntry]:
        """Return finishers by name."""
        return {entry.name: entry for entry in self._named("register_finishers")}

    def deliverers(self) -> dict[str, registry.DelivererEntry]:
        """Return deliverers by name."""
        return {entry.name: entry for entry in self._named("register_deliverers")}

    def runners(self) -> dict[str, registry.RunnerEntry]:
        """Return runners by name."""
        return {entry.name: entry for entry in self._named("register_runners")}

    def brands(self) -> dict[str, registry.BrandEntry]:
        """Return brand kits by name."""
        return {entry.name: entry for entry in self._named("register_brands")}

    def channels(self) -> dict[str, tuple[int, int]]:
        """Return channel presets by name: width and height in pixels."""
        entries: list[registry.ChannelEntry] = self._named("register_channels")
        return {entry.name: (entry.width, entry.height) for entry in entries}

    def collect_assets(self, campaign: Campaign, brand: Brand) -> list[AssetSpec]:
        """Return the assets of all plugins."""
        return self._flat("collect_assets", campaign=campaign, brand=brand)

    def compose_prompt(self, asset: AssetSpec, brand: Brand, typeset: Sequence[str]) -> str | None:
        """Return the first prompt offered."""
        prompt: str | None = self._first(
            "compose_prompt", asset=asset, brand=brand, typeset=typeset
        )
        return prompt

    def validate_asset(self, asset: AssetSpec, brand: Brand) -> list[Finding]:
        """Return everybody's findings."""
        return self._flat("validate_asset", asset=asset, brand=brand)

    def verify_candidate(
        self,
        candidate: Candidate,
        image: Image.Image,
        asset: AssetSpec,
        brand: Brand,
        *,
        original: Image.Image | None = None,
    ) -> list[Verdict]:
        """Return everybody's verdict."""
        return self._each(
            "verify_candidate",
            candidate=candidate,
            image=image,
            original=original,
            asset=asset,
            brand=brand,
        )

    def plan_reroll(
        self, asset: AssetSpec, brand: Brand, attempts: Sequence[Attempt]
    ) -> Decision | None:
        """Return the first decision offered."""
        decision: Decision | None = self._first(
            "plan_reroll", asset=asset, brand=brand, attempts=attempts
        )
        return decision

    def before_stage(self, stage: str, asset: AssetSpec) -> None:
        """Tell observers that a stage begins."""
        self._each("before_stage", stage=stage, asset=asset)

    def after_stage(self, stage: str, asset: AssetSpec, seconds: float) -> None:
        """Tell observers that a stage ended."""
        self._each("after_stage", stage=stage, asset=asset, seconds=seconds)

    def on_stage_error(self, stage: str, asset: AssetSpec, error: Exception) -> None:
        """Tell observers that a stage failed."""
        self._each("on_stage_error", stage=stage, asset=asset, error=error)


def pick(entries: dict[str, T], name: str, kind: str) -> T:
    """Return the entry called `name`, or raise an error that lists what there is."""
    if name in entries:
        return entries[name]
    known = ", ".join(sorted(entries)) or "none is installed"
    raise InputError(f"there is no {kind} {name!r}.", remedy=f"Installed: {known}.")


def pick_judge(entries: Mapping[str, registry.ReaderEntry], name: str) -> registry.ReaderEntry:
    """Return the reader called `name`, if it may judge alone; errors as `pick`."""
    entry = pick(dict(entries), name, "reader")
    if not entry.alone:
        raise InputError(
            f"the reader {name!r} may not judge alone.",
            remedy=f"Ask it with --second-opinion {name}, beside another reader.",
        )
    return entry


def _checked(hook: str, result: Any) -> Any:
    """Return a hook's answer, an iterable as a list: reading may fail, and here its owner is known.

    Raises:
        TypeError: It holds something that this hook cannot answer.
    """
    if hook not in ANSWERS:
        return None
    answers = [result] if hook in SINGLE else [*result]
    for answer in answers:
        if all(kind.__name__ != ANSWERS[hook] for kind in type(answer).__mro__):
            raise TypeError(f"it answers with {ANSWERS[hook]}, not with {str(answer)[:60]!r}")
    return result if hook in SINGLE else answers


def _told(error: BaseException) -> str:
    return f"{error}" if isinstance(error, PresscheckError) else f"{type(error).__name__}: {error}"
