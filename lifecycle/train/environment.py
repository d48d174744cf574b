"""What a result depends on besides data and recipe: interpreter, packages, BLAS kernel and threads."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from typing import Any

from threadpoolctl import threadpool_info

__all__ = ["differences", "environment", "requirements"]

# Whatever can change the bits of a fit; a recipe from another package adds that package.
PACKAGES = ("numpy", "scipy", "pandas", "pyarrow", "scikit-learn", "skops")


def environment(modules: tuple[str, ...] = ()) -> dict[str, Any]:
    """The running interpreter, the versions of the packages that `modules` (top-level import names) come from, and BLAS.

    >>> sorted(environment())
    ['blas', 'machine', 'packages', 'python']
    """
    names = {*PACKAGES, *(owner for module in modules for owner in _owners(module))}
    return {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "packages": {name: version for name in sorted(names) if (version := _version(name)) is not None},
        "blas": sorted({_kernel(pool) for pool in threadpool_info()}),
    }


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What differs between two environments, a sentence each; empty when a fit may be repeated to the bit.

    >>> differences({"python": "3.11.7", "packages": {"numpy": "2.3.0"}}, {"python": "3.11.7", "packages": {"numpy": "2.4.6"}})
    ['Package numpy was 2.3.0 and is 2.4.6.']
    """
    found = [
        f"{name.capitalize()} was {then[name]} and is {now.get(name)}."
        for name in ("python", "machine")
        if name in then and then[name] != now.get(name)
    ]
    old, new = then.get("packages", {}), now.get("packages", {})
    found += [f"Package {name} was {version} and is {new.get(name, 'missing')}." for name, version in old.items() if new.get(name) != version]
    gone = sorted(set(then.get("blas", ())) - set(now.get("blas", ()))) if "blas" in now else []
    return found + [f"The numeric library {kernel} is not what runs now ({', '.join(now['blas'])})." for kernel in gone]


def requirements(environment: Mapping[str, Any]) -> str:
    """A requirements lock for pip, from the environment of a manifest.

    >>> requirements({"python": "3.11.7", "packages": {"numpy": "2.4.6"}})
    '# Python 3.11.7\\nnumpy==2.4.6\\n'
    """
    lines = [f"{name}=={version}" for name, version in environment.get("packages", {}).items()]
    return "\n".join([f"# Python {environment.get('python', 'unknown')}", *lines, ""])


@cache
def _owners(module: str) -> tuple[str, ...]:
    """The packages that a top-level module belongs to; reading which package has which file takes a second, so only where needed."""
    if module in ("sklearn", "lifecycle") or module in PACKAGES or module in sys.stdlib_module_names:
        return ()
    name = module.replace("_", "-")
    return (name,) if _version(name) else tuple(metadata.packages_distributions().get(module, ()))


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _kernel(pool: Mapping[str, Any]) -> str:
    parts = (pool.get("internal_api"), pool.get("version"), pool.get("architecture"))
    return " ".join(str(part) for part in parts if part) + f", {pool.get('num_threads')} threads"
