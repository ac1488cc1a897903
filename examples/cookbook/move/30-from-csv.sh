# CSV to messages: topic, a comma, payload; or, with `jq`, the columns of your choice.

printf 'hall,21.5\nroof,-3\n' > readings.csv
mqtt pub -l --topic-from , -q 1 < readings.csv
jq -Rc 'split(",") | {topic: "sensors/\(.[0])", payload: .[1], retain: true}' readings.csv | mqtt pub --json -q 1

#@ test "$(mqtt sub 'sensors/#' --retained-only -v | sort)" = "$(printf 'sensors/hall 21.5\nsensors/roof -3')"
