"""Label: which samples to ask for, what the experts' answers agree on, and how far to trust them. Pure."""

from lifecycle.label import query as _query  # noqa: F401  fills the registry
from lifecycle.label.strategies import query_strategies, query_strategy, query_strategy_caution, suited

__all__ = ["query_strategy_caution", "query_strategies", "query_strategy", "suited"]
