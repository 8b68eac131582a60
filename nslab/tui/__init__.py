"""Screens, widgets, and theme; opens no file."""

import os

# Textual repaints on a clock of 60 ticks a second and, when it is late, lets up to two of them pass: under load, the echo of a
# key would wait 33 ms for that alone. How often a flood is painted the terminals limit themselves. Textual reads this once,
# when it is first imported, so it stands here.
os.environ.setdefault("TEXTUAL_FPS", "240")
