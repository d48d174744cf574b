"""Label: which samples to ask for, what the experts' answers agree on, and how far to trust them. Pure."""

from lifecycle.label import query as _query  # noqa: F401  fills the registry
from lifecycle.label.strategies import caution, query_strategies, query_strategy, suited

__all__ = ["caution", "query_strategies", "query_strategy", "suited"]
