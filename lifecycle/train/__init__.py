"""Train: when to retrain, on what, whether the result is good enough, and how it can be repeated."""
