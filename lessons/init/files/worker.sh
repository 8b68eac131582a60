# Leaves two orphans that end at once; then it is at its work, and calls itself worker.
(sleep 0.1 &)
(sleep 0.1 &)
sleep 1
printf worker >/proc/self/comm
sleep 900
