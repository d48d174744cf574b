"""Where the parallel loops of a fit run: in this process, or on a Dask cluster by one setting.

`LIFECYCLE_ENGINE=dask://host:port` sends what scikit-learn runs through joblib (the trees of a forest, the candidates of a search,
the folds of a cross-validation) to the cluster; the run itself, its steps and its files stay where they are. Needs the package
`distributed` here and this package's environment on the workers.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager

import joblib

from lifecycle.errors import InvalidValue, StoreError

__all__ = ["address", "spread"]


def address() -> str | None:
    """The scheduler's address for Dask, None where everything runs here.

    Raises
    ------
    InvalidValue : LIFECYCLE_ENGINE names no engine.
    """
    wanted = os.environ.get("LIFECYCLE_ENGINE", "").strip()
    if wanted in ("", "local"):
        return None
    scheme, _, rest = wanted.partition("://")
    if scheme != "dask" or ":" not in rest:
        raise InvalidValue(f"LIFECYCLE_ENGINE is {wanted!r}; give dask://host:port, or leave it unset to run here.")
    return f"tcp://{rest}"


@contextmanager
def spread() -> Iterator[None]:
    """Let joblib's loops in the block run on the cluster that is set, if one is.

    Raises
    ------
    StoreError : the cluster does not answer, or `distributed` is not installed.
    """
    cluster = address()
    if cluster is None:
        yield
        return
    try:
        client = importlib.import_module("distributed").Client(cluster, timeout=20, set_as_default=True)
    except ImportError as error:
        raise StoreError("LIFECYCLE_ENGINE asks for Dask, which is not installed; pip install 'lifecycle[dask]'.") from error
    except OSError as error:
        raise StoreError(f"The Dask scheduler {cluster} does not answer; start it, or unset LIFECYCLE_ENGINE.") from error
    with client, joblib.parallel_config(backend="dask"):
        yield
