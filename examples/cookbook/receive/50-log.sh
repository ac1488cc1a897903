# A log without gaps: between runs the broker queues for the session, and a message is acknowledged once it is in the file.
# After a crash one may be there twice; if payloads are JSON with an id, the last line drops duplicates. Without `--idle`
# the logger runs until Ctrl-C.
#@ rm -f orders.ndjson
#@ {

mqtt sub -t orders -q 1 -c -i logger -E
mqtt pub -t orders -q 1 -m '{"id":1,"item":"lamp"}' -m '{"id":2,"item":"bell"}'
mqtt sub -t orders -q 1 -c -i logger --output orders.ndjson --append --idle 5s
jq -cs 'unique_by(.id)[]' orders.ndjson

#@ } > got
#@ printf '{"id":%s}\n' '1,"item":"lamp"' '2,"item":"bell"' | cmp - got
