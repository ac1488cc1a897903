# Only changes: print a topic again only when its value, here text, differs.
#@ printf '%s\n' 'a/hall 20' 'a/hall 20' 'a/roof 7' 'a/hall 21' 'a/roof 7' 'a/hall 20' > values
#@ rm -f ready
#@ {
#@     until grep -qs '"event":"subscribe"' ready; do sleep 0.1; done
#@     mqtt pub -l --topic-from ' ' < values
#@ } &
#@ mqtt() { command mqtt "$@" -C 6 --events ready; }
#@ {

mqtt sub 'a/#' --json | jq -nr --unbuffered '
  foreach inputs as {$topic, $payload} ({};
    .new = .last[$topic] != $payload | .last[$topic] = $payload;
    select(.new) | "\($topic) \($payload)")'

#@ } > changes
#@ printf '%s\n' 'a/hall 20' 'a/roof 7' 'a/hall 21' 'a/hall 20' | cmp - changes
