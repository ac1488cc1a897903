# With that profile, this is enough. `config show` prints the settings in effect and where each comes from.
#@ sed -e 's/there/plant/' .config/mqtt/config.toml > config
#@ mv config .config/mqtt/config.toml
#@ mqtt pub --profile plant -t sensors/hall -m 21.5 -r -q 1
#@ mqtt() { case $1 in sub) command mqtt "$@" -C 1 ;; *) command mqtt "$@" ;; esac; }
#@ got=$({

mqtt config show --profile plant
mqtt sub --profile plant 'sensors/#'

#@ })
#@ printf '%s\n' "$got" | grep -qx 21.5
#@ printf '%s\n' "$got" | grep -q '^url = .*# profile plant (.*config.toml:[0-9]*)$'
