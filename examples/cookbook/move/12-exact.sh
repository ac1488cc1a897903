# Or restore each message at exactly its QoS. QoS 0 is not acknowledged, so compare afterwards: `diff` prints nothing, and
# its status is 0, if the broker has everything. (Expiry times keep running, so they are not compared.)
#@ mqtt pub -t config/a -m two -r -q 2
#@ mqtt pub -t config/b -m zero -r
#@ until mqtt sub -t config/b -C 1 -W 1s; do :; done
#@ mqtt sub 'config/#' -q 2 --retained-only --json > backup.ndjson
#@ mqtt clear-retained 'config/#'

mqtt pub --json < backup.ndjson
mqtt sub 'config/#' -q 2 --retained-only --json > restored.ndjson
jq -cS 'del(.time, .properties.message_expiry)' backup.ndjson | sort > expected
jq -cS 'del(.time, .properties.message_expiry)' restored.ndjson | sort | diff expected -

#@ test "$(jq -c .qos restored.ndjson | sort | tr -d '\n')" = 02
