"""The ablation board: attacks as lines, primitives as sheets in their way, and the cell that is open."""
