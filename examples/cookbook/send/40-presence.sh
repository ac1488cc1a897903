# Presence: the broker itself says `offline` when the device vanishes; when it leaves in order, the last line does.
#@ # Kills the subscriber once it is there.
#@ mqtt() {
#@     case $1 in sub) ;; *) command mqtt "$@"; return ;; esac
#@     command mqtt "$@" --events ready &
#@     until grep -q '"event":"subscribe"' ready; do sleep 0.1; done
#@     kill -KILL $!
#@     until test "$(command mqtt sub -t presence/pump -C 1)" = offline; do sleep 0.1; done
#@ }

mqtt pub -t presence/pump -m online -r -q 1
mqtt sub -t pump/commands --will-topic presence/pump --will-payload offline --will-retain
mqtt pub -t presence/pump -m offline -r -q 1
