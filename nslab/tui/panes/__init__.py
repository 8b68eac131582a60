"""Panes: one observation, one arrangement, one widget each."""
