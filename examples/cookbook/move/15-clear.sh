# Remove one retained message; or all those of a device that is gone, keeping a copy.
#@ mqtt pub -t devices/17/a -t devices/17/b -t devices/18/a -t old -m x -r -q 1

mqtt pub -t old -n -r -q 1
mqtt clear-retained 'devices/17/#' --json > device-17.ndjson

#@ test "$(jq -r .topic device-17.ndjson | sort | tr '\n' ' ')" = 'devices/17/a devices/17/b '
#@ test "$(mqtt sub '#' --retained-only -F %t)" = devices/18/a
