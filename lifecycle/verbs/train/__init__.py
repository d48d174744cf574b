"""Train: triggers, runs and what they make."""
