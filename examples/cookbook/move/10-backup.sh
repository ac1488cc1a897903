# Back up what the broker has stored, and put it back.
#@ printf 'caf\303\251 \001\377' | mqtt pub -t config/a -s -r -q 1
#@ mqtt pub -t config/b -m text -r -q 1

mqtt sub -t 'config/#' --retained-only --json > backup.ndjson
mqtt pub --json -q 1 < backup.ndjson

#@ mqtt clear-retained 'config/#'
#@ mqtt pub --json -q 1 < backup.ndjson
#@ test "$(mqtt sub -t 'config/#' --retained-only --hex -v | sort)" = "$(printf 'config/a 636166c3a92001ff\nconfig/b 74657874')"
