# How many messages a second? And how many in ten seconds?
#@ mqtt pub -t sensors/hall -m x --repeat 6000 --interval 10ms &
#@ mqtt() { command mqtt "$@" -W 2s; }
#@ pv() { command pv -f "$@"; }
#@ count=$({

mqtt sub '#' -F %t | pv -l -r > /dev/null
mqtt sub '#' -F %t -W 10s | wc -l

#@ })
#@ test "$count" -gt 10
