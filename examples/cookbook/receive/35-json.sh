# Pick a number out of JSON payloads, and skip payloads without one.
#@ mqtt() { case $1 in sub) command mqtt "$@" -C 1 ;; *) command mqtt "$@" ;; esac; }
#@ got=$({

mqtt pub -t weather/roof -m '{"temperature":21.5,"unit":"C"}' -r -q 1
mqtt sub -t 'weather/#' --select '.temperature | numbers'

#@ })
#@ test "$got" = 21.5
