# A file, a line a message, at most fifty a second.
#@ seq 100 > readings
#@ mqtt sub -t readings -C 100 --events ready > got &
#@ until grep -q '"event":"subscribe"' ready; do sleep 0.1; done

mqtt pub -t readings -l -q 1 --rate 50 < readings

#@ wait
#@ cmp readings got
