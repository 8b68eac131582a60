"""Graphs of the last minute, cell by cell: curves of braille dots, limits as lines, causes where they happened."""
