# Presence: the broker publishes the will, `offline`, if the device vanishes. After an orderly end (here, after an
# hour), the last line publishes it.
#@ # Kills the subscriber once it is there.
#@ mqtt() {
#@     case $1 in sub) ;; *) command mqtt "$@"; return ;; esac
#@     rm -f ready
#@     command mqtt "$@" --events ready &
#@     until grep -qs '"event":"subscribe"' ready; do sleep 0.1; done
#@     kill -KILL $!
#@     until test "$(command mqtt sub -t presence/pump -C 1)" = offline; do sleep 0.1; done
#@ }

mqtt pub -t presence/pump -m online -r -q 1
mqtt sub -t pump/commands -W 1h --will-topic presence/pump --will-payload offline --will-retain
mqtt pub -t presence/pump -m offline -r -q 1
