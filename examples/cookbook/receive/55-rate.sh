# How many messages come in ten seconds? And, with `pv`, how many per second?
#@ mqtt pub -t sensors/hall -m x --repeat 6000 --interval 10ms &
#@ mqtt() { command mqtt "$@" -W 2s; }
#@ pv() { command pv -f "$@"; }
#@ count=$({

mqtt sub '#' -F %t -W 10s | wc -l
mqtt sub '#' -F %t | pv -l -r > /dev/null

#@ })
#@ test "$count" -gt 10
#@ kill $!
