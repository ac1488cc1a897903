# A roll call: collect replies until none has come for two seconds.
#@ rm -f ready1 ready2 ready3
#@ device() {
#@     mqtt sub -t devices/who --json --events ready$1 | jq -c --unbuffered --arg me device-$1 '{topic: .properties.response_topic,
#@       payload: $me, properties: .properties | {correlation_data_base64, correlation_data} | with_entries(select(.value))}' |
#@       mqtt pub --json
#@ }
#@ for number in 1 2 3; do device $number & done
#@ for number in 1 2 3; do until grep -qs '"event":"subscribe"' ready$number; do sleep 0.1; done; done
#@ mqtt() { command mqtt "$@" --idle 4s; }
#@ {

mqtt rr -t devices/who -n --replies 0 --idle 2s

#@ } > answers
#@ test "$(sort answers | tr '\n' ' ')" = 'device-1 device-2 device-3 '
