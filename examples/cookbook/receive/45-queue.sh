# The first line creates a durable session; from then on the broker queues for it. The last line takes ten messages and
# leaves the rest for the next run.
#@ {

mqtt sub -t jobs -q 1 -c -i collector -E
seq 12 | mqtt pub -t jobs -l -q 1
mqtt sub -t jobs -q 1 -c -i collector -C 10

#@ } > first
#@ seq 1 10 | cmp - first
#@ test "$(mqtt sub -t jobs -q 1 -c -i collector -C 1)" = 11
#@ test "$(mqtt sub -t jobs -q 1 -c -i collector -C 1)" = 12
