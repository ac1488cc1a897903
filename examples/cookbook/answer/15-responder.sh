# A responder: for each request, the command's output goes to the response topic. The request is acknowledged when the
# broker has the reply.
#@ responder() {

mqtt reply rpc/upper -q 1 -- tr a-z A-Z

#@ }
#@ responder &
#@ mqtt pub -t rpc/upper -m 'no response topic'
#@ until test "$(mqtt rr -t rpc/upper -m hello -W 1s)" = HELLO; do kill -0 $!; done
