# Copy one tree of retained messages to another; as in the restore above, QoS 0 becomes 1, so that each is acknowledged.
#@ mqtt pub -t old/hall/light -t old/level -m 7 -r -q 1

mqtt sub 'old/#' -q 2 --retained-only --json |
  jq -c '.topic |= sub("^old/"; "new/") | .qos = ([.qos, 1] | max)' | mqtt pub --json

#@ test "$(mqtt sub -t 'new/#' --retained-only -v | sort)" = "$(printf 'new/hall/light 7\nnew/level 7')"
