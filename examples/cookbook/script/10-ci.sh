# Test a service in CI, with a broker that lives as long as the test. (`mqtt broker` needs the feature `broker`.)
#@ mqtt() { command mqtt "$@"; }
#@ cat > service <<'end'
#@ #!/bin/sh
#@ sleep 1
#@ rm -f requests
#@ mkfifo requests
#@ mqtt sub -t health --json > requests &
#@ trap "kill $!" TERM
#@ jq -c --unbuffered '{topic: .properties.response_topic, payload: "fine",
#@   properties: .properties | {correlation_data_base64, correlation_data} | with_entries(select(.value))}' < requests |
#@   mqtt pub --json &
#@ wait
#@ end
#@ chmod +x service

mqtt broker -- sh -c './service & until mqtt rr -t health -m ping -W 1s; do kill -0 $! || exit; done; kill $!'
