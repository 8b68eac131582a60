"""The birth time machine: the score, two moments side by side, and the board that holds them."""
