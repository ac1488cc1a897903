# Wait until a broker is up and lets you publish, at most half a minute.

mqtt pub -t ci/hello -m hello -q 1 --reconnect always -W 30s
