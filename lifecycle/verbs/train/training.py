"""Train, as the front door calls it: the first version, runs, triggers, registration and repetition."""

from __future__ import annotations

from lifecycle.verbs.release.tabling import race_table, training_gates
from lifecycle.verbs.train.backtesting import backtest
from lifecycle.verbs.train.calling import call_retrain
from lifecycle.verbs.train.carding import model_card
from lifecycle.verbs.train.fitting import prepare_first
from lifecycle.verbs.train.registering import environment, register_model, reproduce, set_recipe
from lifecycle.verbs.train.running import cancel, progress, request_retrain, retrain, retry, run, run_log, runs
from lifecycle.verbs.train.running import execute_waiting as work
from lifecycle.verbs.train.selecting import preview_training
from lifecycle.verbs.train.ticking import tick
from lifecycle.verbs.train.trigger_history import preview_trigger
from lifecycle.verbs.train.triggering import triggers

__all__ = [
    "backtest",
    "call_retrain",
    "cancel",
    "environment",
    "model_card",
    "prepare_first",
    "preview_training",
    "preview_trigger",
    "progress",
    "race_table",
    "register_model",
    "reproduce",
    "request_retrain",
    "retrain",
    "retry",
    "run",
    "run_log",
    "runs",
    "set_recipe",
    "tick",
    "training_gates",
    "triggers",
    "work",
]
