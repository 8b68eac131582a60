"""The lesson screen: a story, terminals, and panes, over a lab."""
