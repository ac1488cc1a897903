# A bridge between two brokers, which are profiles here. `mqtt sub` acknowledges a message when it is in the pipe, before the
# other broker has it: if either side is killed, what is in the pipe is lost, hundreds of messages under load. Use a bridge
# of the brokers themselves where that matters.
#@ mqtt pub --profile here -t sensors/hall -m 21.5 --repeat 600 --interval 100ms &
#@ publisher=$!
#@ bridge() {

mqtt sub --profile here -t 'sensors/#' -q 1 --json | mqtt pub --profile there --json

#@ }
#@ bridge &
#@ test "$(mqtt sub --profile there -t 'sensors/#' -C 1 -W 20s -v)" = 'sensors/hall 21.5'
#@ kill $publisher
