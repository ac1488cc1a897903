# Report low batteries. `numbers` passes only numbers: a missing value is null, which jq sorts below all numbers.
#@ mqtt pub -r -q 1 -t zigbee2mqtt/door -m '{"battery":12}'
#@ mqtt pub -r -q 1 -t zigbee2mqtt/roof -m '{"battery":90}'
#@ mqtt pub -r -q 1 -t zigbee2mqtt/lamp -m '{"state":"ON"}'
#@ mqtt() { command mqtt "$@" --retained-only; }
#@ got=$({

mqtt sub 'zigbee2mqtt/+' --where '.battery | numbers < 20' -v

#@ })
#@ test "$got" = 'zigbee2mqtt/door {"battery":12}'
