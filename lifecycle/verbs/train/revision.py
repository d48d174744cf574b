"""Which source ran: the package's version, and the commit of the checkout where it lies in one."""

from __future__ import annotations

from functools import cache
from importlib import metadata
from pathlib import Path

__all__ = ["revision"]


@cache
def revision() -> str:
    """ "0.4.0", or "0.4.0 at 1a2b3c4d5e6f" in a checkout."""
    version, git = _version(), Path(__file__).resolve().parents[2] / ".git"
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if head.startswith("ref: "):
            name = head.removeprefix("ref: ")
            packed = (git / "packed-refs").read_text(encoding="utf-8") if not (git / name).is_file() else ""
            listed = next((line.split()[0] for line in packed.splitlines() if line.endswith(f" {name}")), "")
            head = listed or (git / name).read_text(encoding="utf-8").strip()
    except OSError:
        return version
    return f"{version} at {head[:12]}"


def _version() -> str:
    try:
        return metadata.version("lifecycle")
    except metadata.PackageNotFoundError:
        return "not installed"
