# Take ten from a durable session, which collects from the first line on. The next run gets the eleventh.
#@ {

mqtt sub -t jobs -q 1 -c -i collector -E
#@ seq 1 12 | mqtt pub -t jobs -l -q 1
mqtt sub -t jobs -q 1 -c -i collector -C 10

#@ } > first
#@ seq 1 10 | cmp - first
#@ test "$(mqtt sub -t jobs -q 1 -c -i collector -C 1)" = 11
