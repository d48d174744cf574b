"""Which words of a text to mark: those that a linear model weighs most, else those that the reference does not know. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

__all__ = ["Mark", "unusual_words", "weighed_words"]

Mark = tuple[int, int, float]  # start and end in characters, and a weight from -1 to 1

_WORD = re.compile(r"\w+")
_LEAST = 0.25  # of the heaviest term's weight; a lighter one is not worth an eye


def weighed_words(text: str, weights: Mapping[str, float], most: int = 10) -> list[Mark]:
    """The places of the `most` terms with the largest weights, in reading order: (start, end, weight relative to the largest).

    A term is one word or several with one space between, in lower case; where two overlap the heavier one is marked. Weights
    below a quarter of the largest are left out.

    >>> weighed_words("Never late, never rude.", {"never": -2.0, "late": 1.0, "of": 0.1})
    [(0, 5, -1.0), (6, 10, 0.5), (12, 17, -1.0)]
    """
    words = [(found.group().lower(), found.start(), found.end()) for found in _WORD.finditer(text)]
    heaviest = max((abs(weight) for weight in weights.values()), default=0.0)
    chosen = sorted((t for t, w in weights.items() if abs(w) >= max(_LEAST * heaviest, 1e-12)), key=lambda t: (-abs(weights[t]), t))[:most]
    taken: set[int] = set()
    marks: list[Mark] = []
    for term in chosen:
        parts = _WORD.findall(term)
        for at in range(len(words) - len(parts) + 1 if parts else 0):
            places = range(at, at + len(parts))
            if [words[i][0] for i in places] == parts and not taken.intersection(places):
                taken.update(places)
                marks.append((words[at][1], words[places[-1]][2], round(weights[term] / heaviest, 3)))
    return sorted(marks)


def unusual_words(text: str, known: Collection[str], most: int = 20) -> list[Mark]:
    """The places of the words that the reference does not know, in reading order, each with weight 0; the first `most` different ones.

    >>> unusual_words("A quixotic day", {"a", "day"})
    [(2, 10, 0.0)]
    """
    strange = dict.fromkeys(word.lower() for word in _WORD.findall(text) if word.lower() not in known)
    shown = set(list(strange)[:most])
    return [(found.start(), found.end(), 0.0) for found in _WORD.finditer(text) if found.group().lower() in shown]
