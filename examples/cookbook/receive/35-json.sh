# A number from inside of JSON payloads.
#@ mqtt pub -t sensors/hall -m '{"temperature": 21.50, "unit": "C"}' --repeat 600 --interval 100ms &
#@ mqtt() { command mqtt "$@" -C 2; }
#@ {

mqtt sub -t 'sensors/#' --json --parse-json | jq .payload_json.temperature

#@ } > got
#@ test "$(sort -u got | tr -d 0)" = 21.5
