# Send a request and use the reply. `mqtt rr` subscribes first, and takes only the reply to its own request.
#@ rm -f ready
#@ mqtt sub -t rpc/time --json --events ready | jq -c --unbuffered '{topic: .properties.response_topic,
#@   payload: "noon", properties: .properties | {correlation_data_base64, correlation_data} | with_entries(select(.value))}' |
#@   mqtt pub --json &
#@ until grep -qs '"event":"subscribe"' ready; do sleep 0.1; done

answer=$(mqtt rr -t rpc/time -m now -W 5s) || echo "no answer, status $?"

#@ test "$answer" = noon
