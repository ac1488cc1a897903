# Remove one message that is stored; or all of a device that is gone, and keep a copy.
#@ mqtt pub -t devices/17/a -t devices/17/b -t devices/18/a -t old -m x -r -q 1

mqtt pub -t old -n -r
mqtt clear-retained 'devices/17/#' --json > device-17.ndjson

#@ test "$(jq -r .topic device-17.ndjson | sort | tr '\n' ' ')" = 'devices/17/a devices/17/b '
#@ test "$(mqtt sub '#' --retained-only -F %t)" = devices/18/a
