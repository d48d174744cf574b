"""Texts, one column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from lifecycle.errors import BadData
from lifecycle.modalities.components import component_frame, fit_components
from lifecycle.modalities.registration import ColumnFacts, register

__all__ = ["features", "fit", "preview", "read"]

_WORD = re.compile(r"\w+")
_VOCABULARY = 20_000
_WEIGHED = 300
_COMPONENTS = 4
_FIT_ROWS = 5_000


def read(cell: Any) -> str | None:
    """A text; None is missing.

    Raises
    ------
    BadData : it is not a text.
    """
    if cell is None or isinstance(cell, str):
        return cell
    raise BadData(f"A text's cell holds {type(cell).__name__}; allowed: a text, or nothing.")


def fit(frame: pd.DataFrame, columns: Sequence[str]) -> dict[str, Any]:
    """The words of the reference, and the principal components of the weights (TF-IDF) of its 300 most frequent ones."""
    texts = [_words(text) for text in frame[columns[0]]]
    texts = texts[:: max(1, -(-len(texts) // _FIT_ROWS))]
    documents = Counter(word for words in texts for word in set(words))
    known = [word for word, _ in sorted(documents.items(), key=lambda item: (-item[1], item[0]))[:_VOCABULARY]]
    weighed = known[:_WEIGHED]
    rarity = [round(float(np.log((1 + len(texts)) / (1 + documents[word])) + 1), 6) for word in weighed]
    state: dict[str, Any] = {"vocabulary": known, "weighed": weighed, "rarity": rarity}
    return {**state, **fit_components(_weights(texts, state), _COMPONENTS)} if weighed else {**state, "mean": [], "axes": []}


def features(frame: pd.DataFrame, columns: Sequence[str], state: Mapping[str, Any]) -> pd.DataFrame:
    """length (characters), words, mean word length, digits (share of characters), unknown words (share) and components 1 to 4 (rows, 9).

    >>> seen = pd.DataFrame({"text": ["good day", "good night", "bad day"]})
    >>> features(pd.DataFrame({"text": ["good morning", None]}), ["text"], fit(seen, ["text"]))["unknown words"].tolist()
    [0.5, nan]
    """
    cells = [text if isinstance(text, str) else None for text in frame[columns[0]]]
    texts = [_words(text) for text in cells]
    known = frozenset(state["vocabulary"])
    lengths = np.array([np.nan if text is None else len(text) for text in cells], dtype=np.float64)
    counts = np.array([np.nan if text is None else len(words) for text, words in zip(cells, texts, strict=True)], dtype=np.float64)
    letters = np.array([sum(map(len, words)) for words in texts], dtype=np.float64)
    digits = np.array([sum(map(str.isdigit, text or "")) for text in cells], dtype=np.float64)
    unknown = np.array([sum(word not in known for word in words) for words in texts], dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        named = {
            "length": lengths,
            "words": counts,
            "mean word length": letters / counts,
            "digits": digits / lengths,
            "unknown words": unknown / counts,
        }
    weights = _weights(texts, state)
    weights[np.isnan(lengths)] = np.nan
    return pd.concat([pd.DataFrame(named), component_frame(weights, state)], axis=1)


def preview(sample: Mapping[str, Any], columns: Sequence[str], facts: Mapping[str, ColumnFacts]) -> dict[str, Any]:
    """`{"kind": "text", "text": str}`."""
    return {"kind": "text", "text": str(sample.get(columns[0]) or "")}


def _words(text: Any) -> list[str]:
    return _WORD.findall(text.lower()) if isinstance(text, str) else []


def _weights(texts: Sequence[Sequence[str]], state: Mapping[str, Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """TF-IDF of the weighed words, each row of length 1 (rows, weighed)."""
    place = {word: i for i, word in enumerate(state["weighed"])}
    out = np.zeros((len(texts), len(place)))
    for row, words in enumerate(texts):
        for word in words:
            if word in place:
                out[row, place[word]] += 1.0
    out *= np.asarray(state["rarity"])
    return np.asarray(out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12))


register("text", read=read, fit=fit, features=features, preview=preview)
