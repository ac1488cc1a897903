# Subscribe in the background, and publish once the subscription is active.
#@ {

rm -f ready.ndjson
mqtt sub -t answers -C 1 -W 10s --events ready.ndjson &
until grep -qs '"event":"subscribe"' ready.ndjson; do sleep 0.1; done
mqtt pub -t answers -m 'I am here'
wait

#@ } > got
#@ grep -qx 'I am here' got
