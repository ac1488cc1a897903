# Publish a directory: each file goes to the topic that is its path. The line with `xargs` sends one file at a time,
# works for any bytes, and ends with status 123 if one fails; the last line uses a single connection, but needs text.
#@ rm -f ready
#@ mqtt sub 'config/#' -R -C 4 -N -v --events ready > got &
#@ until grep -qs '"event":"subscribe"' ready; do sleep 0.1; done

mkdir -p config/hall
echo dark > config/hall/light
echo 3 > config/level
find config -type f -print0 | xargs -0 -I {} mqtt pub -t {} -f {} -r -q 1
find config -type f -exec jq -Rsc '{topic: input_filename, payload: .}' {} \; | mqtt pub --json -r -q 1

#@ wait
#@ test "$(sort got | tr '\n' ,)" = 'config/hall/light dark,config/hall/light dark,config/level 3,config/level 3,'
