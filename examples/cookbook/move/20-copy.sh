# Copy one tree of stored topics to another.
#@ mqtt pub -t old/hall/light -t old/level -m 7 -r -q 1

mqtt sub -t 'old/#' --retained-only --json | jq -c '.topic |= sub("^old/"; "new/")' | mqtt pub --json -q 1

#@ test "$(mqtt sub -t 'new/#' --retained-only -v | sort)" = "$(printf 'new/hall/light 7\nnew/level 7')"
