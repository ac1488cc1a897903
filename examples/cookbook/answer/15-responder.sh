# A responder: each request's record becomes that of its answer, which goes back to where the request says.
#@ responder() {

mqtt sub -t rpc/upper -q 1 --json | jq -c --unbuffered '.properties as $request | {
    topic: $request.response_topic, payload: (.payload | ascii_upcase),
    properties: ($request | {correlation_data, correlation_data_base64} | map_values(values))
  }' | mqtt pub --json -q 1

#@ }
#@ responder &
#@ until test "$(mqtt rr -t rpc/upper -m hello -W 1s)" = HELLO; do kill -0 $!; done
