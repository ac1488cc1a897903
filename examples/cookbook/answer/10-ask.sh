# Ask, and use the answer. `mqtt rr` subscribes before it asks, and only takes the reply to its own request.
#@ mqtt sub -t rpc/time --json --events ready | jq -c --unbuffered '{topic: .properties.response_topic,
#@   payload: "noon", properties: .properties | {correlation_data_base64, correlation_data} | with_entries(select(.value))}' |
#@   mqtt pub --json &
#@ until grep -q '"event":"subscribe"' ready; do sleep 0.1; done

answer=$(mqtt rr -t rpc/time -m now -W 5s) || echo "no answer, status $?"

#@ test "$answer" = noon
