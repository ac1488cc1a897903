# An alarm that is printed once when the limit is exceeded, and once when the value is back to normal.
#@ rm -f ready
#@ {
#@     until grep -qs '"event":"subscribe"' ready; do sleep 0.1; done
#@     printf '{"temp":%s}\n' 80 85 91 95 70 60 | mqtt pub -t boiler -l
#@ } &
#@ mqtt() { command mqtt "$@" -C 3 --events ready; }
#@ got=$({

mqtt sub boiler --select '.temp | numbers > 90' --changed

#@ })
#@ test "$(echo $got)" = 'false true false'
