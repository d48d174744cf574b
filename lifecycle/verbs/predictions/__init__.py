"""Predictions and labels land; served models answer."""
