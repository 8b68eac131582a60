"""The ordering puzzle: cards with a thread through them, the reason where it breaks, and all tries."""
