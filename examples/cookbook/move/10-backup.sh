# Back up the retained messages, and restore them. `-q 2` keeps the QoS each was stored with. The restore raises QoS 0
# to 1, so that each is acknowledged: status 0 means that the broker has all of them, 5 that it refused some.
#@ printf 'caf\303\251 \001\377' | mqtt pub -t config/a -s -r -q 2
#@ mqtt pub -t config/b -m text -r -q 1
#@ mqtt pub -t config/c -m zero -r
#@ until mqtt sub -t config/c -C 1 -W 1s; do :; done

mqtt sub 'config/#' -q 2 --retained-only --json > backup.ndjson
jq -c '.qos = ([.qos, 1] | max)' backup.ndjson | mqtt pub --json

#@ test "$(jq .qos backup.ndjson | sort | tr -d '\n')" = 012
#@ mqtt clear-retained 'config/#'
#@ rm -f acknowledged
#@ jq -c '.qos = ([.qos, 1] | max)' backup.ndjson | mqtt pub --json --events acknowledged
#@ test "$(grep -c '"event":"publish".*"packet_id":.*"outcome":"delivered"' acknowledged)" = 3
#@ stored=$(mqtt sub 'config/#' -q 2 --retained-only -F '%t %q %x' | sort)
#@ test "$stored" = "$(printf 'config/a 2 636166c3a92001ff\nconfig/b 1 74657874\nconfig/c 1 7a65726f')"
