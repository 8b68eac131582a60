"""Whole screens: the map of the course, a card, the words, help."""
