"""A project: every verb of the loop, in the loop's order, a file a stage. The work is in `lifecycle.verbs`."""

from __future__ import annotations

from lifecycle.project.change import ChangeVerbs
from lifecycle.project.label import LabelVerbs
from lifecycle.project.models import ModelVerbs
from lifecycle.project.monitor import MonitorVerbs
from lifecycle.project.predictions import PredictionVerbs
from lifecycle.project.queue import QueueVerbs
from lifecycle.project.release import ReleaseVerbs
from lifecycle.project.train import TrainVerbs

__all__ = ["Project"]


class Project(PredictionVerbs, MonitorVerbs, ChangeVerbs, LabelVerbs, QueueVerbs, TrainVerbs, ModelVerbs, ReleaseVerbs):
    """One model and all that happens around it. Made by `Workspace.create_project` or `Workspace.project`."""
