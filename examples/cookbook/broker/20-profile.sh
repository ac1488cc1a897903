# With a profile of it, this is all. What is in force, and why, shows `config show`:
#@ sed -e 's/there/plant/' .config/mqtt/config.toml > config
#@ mv config .config/mqtt/config.toml
#@ mqtt pub --profile plant -t sensors/hall -m 21.5 -r -q 1
#@ mqtt() { case $1 in sub) command mqtt "$@" -C 1 ;; *) command mqtt "$@" ;; esac; }
#@ got=$({

mqtt sub --profile plant 'sensors/#'
mqtt config show --profile plant

#@ })
#@ printf '%s\n' "$got" | grep -qx 21.5
#@ printf '%s\n' "$got" | grep -q '^url = .*# profile plant$'
