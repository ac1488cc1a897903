# Publish file names, even those with spaces and newlines, one message each.
#@ rm -f ready
#@ mqtt sub -t files -0 -C 2 --events ready > got &
#@ until grep -qs '"event":"subscribe"' ready; do sleep 0.1; done
#@ mkdir -p data
#@ touch "$(printf 'data/a\nb.csv')"

mkdir -p data
touch 'data/a b.csv'
find data -name '*.csv' -print0 | mqtt pub -t files -l -0

#@ wait
#@ find data -name '*.csv' -print0 | cmp - got
