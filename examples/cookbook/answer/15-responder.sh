# A responder: turn each request into its reply and send it to the response topic; anything that is not a text request is
# skipped. A request is acknowledged before its reply is sent: if this is killed, the requests in the pipe get none.
#@ responder() {

mqtt sub -t rpc/upper -q 1 --json | jq -c --unbuffered '.properties as $request |
  select(.payload and $request.response_topic) |
  {
    topic: $request.response_topic, payload: (.payload | ascii_upcase),
    properties: ($request | {correlation_data, correlation_data_base64} | map_values(values))
  }' | mqtt pub --json -q 1

#@ }
#@ responder &
#@ mqtt pub -t rpc/upper -m 'not a request'
#@ until test "$(mqtt rr -t rpc/upper -m hello -W 1s)" = HELLO; do kill -0 $!; done
