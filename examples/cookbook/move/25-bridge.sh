# A bridge between the brokers of two profiles, `here` and `there`. A message is acknowledged to one broker once the
# other has it, so nothing is lost, whatever is killed; each message makes a connection of its own. The second line is
# for thousands of messages a second: it acknowledges what is in the pipe, and loses that when it is killed.
#@ mqtt pub --profile here -t sensors/hall -m 21.5 --repeat 600 --interval 100ms &
#@ publisher=$!
#@ first() {

mqtt sub --profile here 'sensors/#' -q 1 -c -i bridge --json -- mqtt pub --profile there --json

#@ }
#@ second() {

mqtt sub --profile here -t 'sensors/#' -q 1 --json | mqtt pub --profile there --json

#@ }
#@ first &
#@ test "$(mqtt sub --profile there -t 'sensors/#' -C 1 -W 20s -v)" = 'sensors/hall 21.5'
#@ kill $!
#@ second &
#@ test "$(mqtt sub --profile there -t 'sensors/#' -C 1 -W 20s -v)" = 'sensors/hall 21.5'
#@ kill $publisher
