# In a third, publish, and watch it appear in the second. `-r` makes the message retained: the broker keeps it for later
# subscribers. `-l` sends one message per line, `-q 1` has each acknowledged, `-f` sends a file byte for byte.
#@ rm -f ready
#@ mqtt sub -t 'sensors/#' -R -C 103 -v --events ready > got &
#@ until grep -qs '"event":"subscribe"' ready; do sleep 0.1; done

mqtt pub -t sensors/hall -m 21.5
mqtt pub -t sensors/roof -m -3 -r
seq 100 | mqtt pub -t sensors/count -l -q 1
mqtt pub -t sensors/name -f /etc/hostname

#@ wait
#@ { echo 'sensors/hall 21.5'; echo 'sensors/roof -3'; seq 100 | sed 's|^|sensors/count |'; } > expected
#@ head -n 102 got | cmp - expected
#@ test "$(mqtt sub 'sensors/#' --retained-only)" = -3
