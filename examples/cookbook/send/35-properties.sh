# MQTT 5 properties: content type, expiry, and user properties.
#@ got=$({

mqtt pub -t report -r -m '{"ok":true}' --content-type application/json --expiry 1h --user-property site=north
mqtt sub -t report -C 1 --json | jq -c .properties

#@ })
#@ expected='{"message_expiry":3[0-9]*,"content_type":"application/json","user_properties":\[\["site","north"\]\]}'
#@ printf '%s\n' "$got" | grep -qx "$expected"
