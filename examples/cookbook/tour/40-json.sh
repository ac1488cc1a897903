# `--json` prints everything there is to know about a message on one line, and `mqtt pub --json` takes such lines.
#@ mqtt pub -t sensors/roof -m -3 -r -q 1
#@ got=$({

mqtt sub 'sensors/#' -C 1 --json
mqtt sub 'sensors/#' -C 1 --json | jq -r '"\(.topic) is \(.payload)"'

#@ })
#@ printf '%s\n' "$got" | head -n 1 | jq -c 'del(.time)' > record
#@ grep -qx '{"topic":"sensors/roof","qos":0,"retain":true,"payload":"-3"}' record
#@ test "$(printf '%s\n' "$got" | tail -n 1)" = 'sensors/roof is -3'
