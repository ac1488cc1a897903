# Subscribe in the background, and publish once the subscription stands.
#@ {

mqtt sub -t answers -C 1 -W 10s --events ready.ndjson &
until grep -q '"event":"subscribe"' ready.ndjson; do sleep 0.1; done
mqtt pub -t answers -m 'I am here'
wait

#@ } > got
#@ test "$(cat got)" = 'I am here'
