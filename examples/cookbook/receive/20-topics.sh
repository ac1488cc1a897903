# What topics are there? Those of ten seconds, one a line.
#@ for topic in a/1 a/2 a/1 b; do mqtt pub -t $topic -m x --repeat 600 --interval 100ms & done
#@ mqtt() { command mqtt "$@" -W 2s; }
#@ {

mqtt sub '#' -F %t -W 10s | sort -u

#@ } > topics
#@ printf '%s\n' a/1 a/2 b | cmp - topics
