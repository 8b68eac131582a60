"""Screens, widgets, and theme; opens no file."""
