"""A version as one file that needs nothing of this workspace."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

from lifecycle.errors import InvalidValue, NotReady, Tampered
from lifecycle.plain import plain
from lifecycle.stores import versions
from lifecycle.stores.durable import place
from lifecycle.stores.model_archive import SUMS
from lifecycle.train import environment as environments
from lifecycle.verbs.context import Context
from lifecycle.verbs.train.carding import model_card

__all__ = ["export_version"]

OPENING = """# {name}, version {version}

- `{model}`: the model. {how}
- `card.html`, `card.md`: what it is, on what data, how good, who decided what; for browsers, and as text.
- `manifest.json`: all that is recorded of it.
- `requirements.txt`: the packages it was trained with: `pip install -r requirements.txt`.
- `SHA256SUMS`: `sha256sum -c SHA256SUMS` finds what was changed on the way.
"""
SKOPS = 'Python: `skops.io.load("model.skops", trusted=skops.io.get_untrusted_types(file="model.skops"))`, after you have looked at that list.'
ONNX = 'Python: `onnxruntime.InferenceSession("model.onnx")`.'


def export_version(context: Context, version: int, path: str | Path) -> Path:
    """Write a version into a zip file: the model, its card (HTML and Markdown), its manifest, a requirements lock, and the SHA-256 of each.
    Returns the path.

    Raises
    ------
    UnknownName : there is no such version. NotReady : its model lives elsewhere. InvalidValue : `path` is a folder, or lies in none.
    Tampered : the stored model is not the one that was registered.
    """
    found = versions.get(context.database, context.name, version)
    if found.model is None:
        raise NotReady(f"The model of version {version} lives elsewhere, so there is nothing to export; model_card({version}) tells what is known.")
    file = Path(path).expanduser()
    if file.is_dir() or not file.parent.is_dir():
        raise InvalidValue(f"{file} is not a file in a folder that exists; give one, such as {context.name}-{version}.zip.")
    if wrong := context.models.findings(found.model):
        raise Tampered(" ".join(wrong))
    stored = context.models.path(found.model)
    model = f"model{stored.suffix}"
    parts = {
        "README.md": OPENING.format(name=context.name, version=version, model=model, how=SKOPS if stored.suffix == ".skops" else ONNX).encode(),
        model: stored.read_bytes(),
        "card.html": model_card(context, version, "html").encode(),
        "card.md": model_card(context, version).encode(),
        "manifest.json": (json.dumps(plain(found), indent=1, ensure_ascii=False) + "\n").encode(),
        "requirements.txt": environments.requirements(found.manifest.get("environment") or environments.environment()).encode(),
    }
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in parts.items())
    place(file, lambda aside: _write(aside, {**parts, SUMS: sums.encode()}))
    return file


def _write(path: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
