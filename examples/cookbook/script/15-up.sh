# Wait until a broker is up and lets you publish, for half a minute at most.

mqtt pub -t ci/hello -m hello -q 1 --reconnect always -W 30s
