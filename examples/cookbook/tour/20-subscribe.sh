# In a second terminal, subscribe to everything below `sensors/`. `-v` also prints the topic; Ctrl-C ends it.
#@ mqtt pub -t sensors/hall -m 21.5 --repeat 600 --interval 100ms &
#@ mqtt() { command mqtt "$@" -C 1; }
#@ got=$(

mqtt sub 'sensors/#' -v

#@ )
#@ test "$got" = 'sensors/hall 21.5'
