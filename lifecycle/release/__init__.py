"""Old against new: comparison, tests that may be looked at any time, the rules of approval, and who answers during a rollout."""
