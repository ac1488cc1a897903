# In a third one, publish, and see it appear in the second.
#@ mqtt sub -t 'sensors/#' -C 103 -v --events ready > got &
#@ until grep -q '"event":"subscribe"' ready; do sleep 0.1; done

mqtt pub -t sensors/hall -m 21.5
mqtt pub -t sensors/roof -m -3 -r              # retained: the broker keeps it for whoever comes later
seq 100 | mqtt pub -t sensors/count -l -q 1    # a message a line; `-q 1`: each is acknowledged
mqtt pub -t sensors/name -f /etc/hostname      # a file, byte for byte

#@ wait
#@ { echo 'sensors/hall 21.5'; echo 'sensors/roof -3'; seq 100 | sed 's|^|sensors/count |'; } > expected
#@ head -n 102 got | cmp - expected
#@ test "$(mqtt sub 'sensors/#' --retained-only)" = -3
