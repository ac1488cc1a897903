# Publish a file, one message per line, at most fifty per second.
#@ rm -f ready
#@ mqtt sub -t readings -C 100 --events ready > got &
#@ until grep -qs '"event":"subscribe"' ready; do sleep 0.1; done

seq 100 > readings
mqtt pub -t readings -l -q 1 --rate 50 < readings

#@ wait
#@ cmp readings got
