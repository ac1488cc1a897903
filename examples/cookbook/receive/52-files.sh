# Archive everything, in one file for each topic and day. A message at QoS 1 is acknowledged once it is in its file.
#@ rm -f ready
#@ {
#@     until grep -qs '"event":"subscribe"' ready; do sleep 0.1; done
#@     mqtt pub -t a/hall -t a/roof -m 20 -q 1
#@ } &
#@ mqtt() { command mqtt "$@" -C 2 --events ready; }

mkdir -p archive
mqtt sub 'a/#' -q 1 -c -i archive --json --files 'archive/%t/@Y-@m-@d.ndjson'

#@ test "$(cat archive/a/hall/*.ndjson | tail -n 1 | jq -r .payload)" = 20
#@ test -d archive/a/roof
