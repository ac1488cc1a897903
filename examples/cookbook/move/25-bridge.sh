# A bridge from one broker to another, which are profiles here.
#@ mqtt pub --profile here -t sensors/hall -m 21.5 --repeat 600 --interval 100ms &
#@ bridge() {

mqtt sub --profile here -t 'sensors/#' -q 1 --json | mqtt pub --profile there --json

#@ }
#@ bridge &
#@ test "$(mqtt sub --profile there -t 'sensors/#' -C 1 -W 20s -v)" = 'sensors/hall 21.5'
