# Ignores the signals that ask a program to end, and goes on.
trap '' TERM HUP INT
while true; do sleep 1; done
