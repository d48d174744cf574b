"""Performance with all, few or no labels: realized, estimated and assisted, each with its interval, from sums that merge."""
