# Run a command for each message, whatever bytes it holds: topic and payload are passed as arguments, never parsed by a
# shell. Messages are acknowledged before the command runs.
#@ printf 'two\nlines; $(touch hacked)' | mqtt pub -t notes/1 -s -r -q 1
#@ mqtt() { command mqtt "$@" --retained-only; }
#@ {

mqtt sub 'notes/#' -N -F '%t\0%p\0' | xargs -0 -n 2 printf '%s: %s\n'

#@ } > got
#@ printf 'notes/1: two\nlines; $(touch hacked)\n' | cmp - got
#@ test ! -e hacked
