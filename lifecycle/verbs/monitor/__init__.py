"""Monitor: drift, performance, quality, and why they changed."""
