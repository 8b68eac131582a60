"""Lessons, their player, checks, and progress; knows no widget."""
