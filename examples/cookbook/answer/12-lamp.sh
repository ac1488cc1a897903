# Switch a lamp on, and wait until the lamp reports that it is on.
#@ rm -f ready set
#@ mqtt sub zigbee2mqtt/lamp/set -C 1 --events ready > set &
#@ until grep -qs '"event":"subscribe"' ready; do sleep 0.1; done
#@ {
#@     until test -s set; do sleep 0.1; done
#@     printf '{"state":"%s"}\n' OFF ON | mqtt pub -t zigbee2mqtt/lamp -l
#@ } &
#@ got=$({

mqtt rr -t zigbee2mqtt/lamp/set -m '{"state":"ON"}' -e zigbee2mqtt/lamp --where '.state == "ON"' -W 5s

#@ })
#@ test "$got" = '{"state":"ON"}'
