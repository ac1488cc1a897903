# Log the time, topic and payload of each message.
#@ rm -f sensors.log
#@ mqtt pub -t sensors/hall -m 21.5 --repeat 600 --interval 100ms &
#@ mqtt() { command mqtt "$@" -C 3; }

mqtt sub -t 'sensors/#' -F '@Y-@m-@d @H:@M:@S %-20t %p' >> sensors.log

#@ test "$(grep -cE '^2[-0-9]{9} [:0-9]{8} sensors/hall         21.5$' sensors.log)" = 3
