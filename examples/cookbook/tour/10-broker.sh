# In one terminal, start a broker, unless one is already running, such as mosquitto. Ctrl-C stops it. One line below needs
# `jq`.
#@ # On a free port, and for as long as it takes to use it.
#@ port=$(python3 -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
#@ mqtt() {
#@     rm -f url
#@     command mqtt "$@" -p "$port" > url &
#@     until grep -qs mqtt: url; do kill -0 $!; sleep 0.1; done
#@     command mqtt pub -L "$(cat url)" -t a -m x -q 1
#@     kill $!
#@ }

mqtt broker
