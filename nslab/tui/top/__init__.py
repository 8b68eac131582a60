"""Control groups on screen as top(1) has processes: a tree with gauges, and the last minute of one group, or of several."""
