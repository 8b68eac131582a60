"""The whole machine: every namespace there is, what keeps each alive, and the worlds that processes live in."""
