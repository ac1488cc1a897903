# Which topics are in use? Listen for ten seconds.
#@ mqtt pub -t a/1 -t a/2 -t b -m x -r -q 1
#@ mqtt pub -t a/1 -m x --repeat 600 --interval 100ms &
#@ mqtt() { command mqtt "$@" -W 3s; }
#@ {

mqtt sub '#' -F %t -W 10s | sort -u

#@ } > topics
#@ printf '%s\n' a/1 a/2 b | cmp - topics
