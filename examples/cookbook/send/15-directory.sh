# A directory of files, each to the topic of its path: one at a time or, if they are text, all in one connection.
#@ mkdir -p config/hall
#@ echo dark > config/hall/light
#@ echo 3 > config/level
#@ mqtt sub 'config/#' -C 4 -N -v --events ready > got &
#@ until grep -q '"event":"subscribe"' ready; do sleep 0.1; done
#@ (

find config -type f | while IFS= read -r file; do mqtt pub -t "$file" -f "$file" -r -q 1 || exit; done
find config -type f -exec jq -Rsc '{topic: input_filename, payload: .}' {} \; | mqtt pub --json -r -q 1

#@ )
#@ wait
#@ test "$(sort got | tr '\n' ,)" = 'config/hall/light dark,config/hall/light dark,config/level 3,config/level 3,'
