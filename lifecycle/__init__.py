"""Lifecycle: monitor, label, train, release. One loop, in the browser, in Python and on the command line.

>>> import lifecycle
>>> lifecycle.UNSURE
UNSURE
"""

from collections.abc import Iterator

from lifecycle.errors import *  # noqa: F403  what can be refused
from lifecycle.label.agreement import krippendorff_alpha as krippendorff_alpha
from lifecycle.label.consensus import consensus as consensus
from lifecycle.label.strategies import query_strategies as query_strategies
from lifecycle.label.strategies import query_strategy as query_strategy
from lifecycle.label.strategies import query_strategy_caution as query_strategy_caution
from lifecycle.monitor.concept import concept_detector as concept_detector
from lifecycle.monitor.concept import concept_detectors as concept_detectors
from lifecycle.monitor.drift import drift_test as drift_test
from lifecycle.monitor.drift import drift_tests as drift_tests
from lifecycle.monitor.multivariate import multivariate_test as multivariate_test
from lifecycle.monitor.multivariate import multivariate_tests as multivariate_tests
from lifecycle.monitor.performance.assisted import assisted_mean as assisted_mean
from lifecycle.monitor.performance.estimated import estimated_accuracy as estimated_accuracy
from lifecycle.monitor.performance.metrics import metric_names as metric_names
from lifecycle.project import Project as Project
from lifecycle.records import *  # noqa: F403  every noun
from lifecycle.release.guardrails import guardrail_limits as guardrail_limits
from lifecycle.release.ramps import ramp_of as ramp_of
from lifecycle.release.resampled import compare_splits as compare_splits
from lifecycle.release.sequential import paired_test as paired_test
from lifecycle.release.sequential import sample_ratio_test as sample_ratio_test
from lifecycle.release.sequential import unpaired_test as unpaired_test
from lifecycle.stores.files import read_table as read_table
from lifecycle.stores.files import table_bytes as table_bytes
from lifecycle.stores.files import write_table as write_table
from lifecycle.train.lagging import with_lags as with_lags
from lifecycle.train.recipes import ready_recipes as ready_recipes
from lifecycle.verbs.train.backtesting import Backtest as Backtest
from lifecycle.verbs.train.selecting import TrainingSet as TrainingSet
from lifecycle.workspace import Workspace as Workspace
from lifecycle.workspace import open_workspace as open_workspace
from lifecycle.workspace import restore as restore


def demo_projects(workspace: Workspace | None = None) -> Iterator[tuple[str, float]]:
    """Make the demo projects that are missing; yields what it is doing and how far it is (0 to 1)."""
    from lifecycle.demo import create  # slow to import, and only the demo needs it

    chosen = workspace or open_workspace()
    if why := chosen.refusal("create_project"):
        raise NotAllowed(why)  # noqa: F405
    for step in create(chosen.as_worker()):
        yield step.message, step.fraction
