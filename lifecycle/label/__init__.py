"""Label: which samples to ask for, what the experts' answers agree on, and how far to trust them. Pure."""

from lifecycle.label import query as _query
from lifecycle.label.strategies import query_strategies, query_strategy, suited

__all__ = ["query_strategies", "query_strategy", "suited"]

assert _query.__name__  # importing it is what fills the registry
