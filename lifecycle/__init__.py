"""Lifecycle: monitor, label, train, release. One loop, in the browser, in Python and on the command line.

>>> import lifecycle
>>> lifecycle.UNSURE
UNSURE
"""

from lifecycle.errors import *  # noqa: F403  what can be refused
from lifecycle.monitor.performance.assisted import assisted_mean as assisted_mean
from lifecycle.monitor.performance.estimated import estimated_accuracy as estimated_accuracy
from lifecycle.monitor.performance.metrics import metric_names as metric_names
from lifecycle.project import Project as Project
from lifecycle.records import *  # noqa: F403  every noun
from lifecycle.stores.files import read_table as read_table
from lifecycle.stores.files import table_bytes as table_bytes
from lifecycle.stores.files import write_table as write_table
from lifecycle.workspace import Workspace as Workspace
from lifecycle.workspace import open_workspace as open_workspace
from lifecycle.workspace import restore as restore
