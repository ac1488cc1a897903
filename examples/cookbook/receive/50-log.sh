# A log without gaps: the session collects while nobody logs. What comes twice after a crash is told by its id.
#@ mqtt sub -t orders -q 1 -c -i logger -E
#@ for id in 1 2 2 3; do echo "{\"id\":$id}"; done | mqtt pub -t orders -l -q 1
#@ mqtt() { command mqtt "$@" -C 4; }
#@ {

mqtt sub -t orders -q 1 -c -i logger --output orders.ndjson --append
jq -cs 'unique_by(.id)[]' orders.ndjson

#@ } > got
#@ printf '{"id":%s}\n' 1 2 3 | cmp - got
