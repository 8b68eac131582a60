# Leaves two orphans that soon end, and becomes a sleep: as process 1 it takes them in, and never asks how they ended.
(sleep 1 &)
(sleep 1 &)
exec sleep 600
