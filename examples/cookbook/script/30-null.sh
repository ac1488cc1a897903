# File names with spaces and newlines in them, one message each.
#@ mqtt sub -t files -0 -C 2 --events ready > got &
#@ until grep -q '"event":"subscribe"' ready; do sleep 0.1; done
#@ mkdir data
#@ touch 'data/a b.csv' "$(printf 'data/a\nb.csv')"

find data -name '*.csv' -print0 | mqtt pub -t files -l -0

#@ wait
#@ find data -name '*.csv' -print0 | cmp - got
