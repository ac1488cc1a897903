# Only changes: print a topic again only when its value differs.
#@ printf '%s\n' 'a/hall 20' 'a/hall 20' 'a/roof 7' 'a/hall 21' 'a/roof 7' 'a/hall 20' > values
#@ rm -f ready
#@ {
#@     until grep -qs '"event":"subscribe"' ready; do sleep 0.1; done
#@     mqtt pub -l --topic-from ' ' < values
#@ } &
#@ mqtt() { command mqtt "$@" -C 4 --events ready; }
#@ {

mqtt sub 'a/#' -v --changed

#@ } > changes
#@ printf '%s\n' 'a/hall 20' 'a/roof 7' 'a/hall 21' 'a/hall 20' | cmp - changes
