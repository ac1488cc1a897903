# In this order: TLS with the system's CA certificates; your own CA and a client certificate; WebSocket; a Unix socket; a
# SOCKS proxy (http:// and https:// proxies work too).
#@ # A mosquitto with all these doors, whose certificate is for broker.example; commands are led to it.
#@ set -- $(python3 -c 'import socket
#@ sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
#@ print(*(socket.getsockname()[1] for socket in sockets))')
#@ tls=$1 wss=$2 proxy=$3
#@ new() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "$@"; }
#@ sign() { openssl x509 -req -days 1 -CA plant-ca.pem -CAkey ca.key -CAcreateserial -copy_extensions copy "$@"; }
#@ new -x509 -days 1 -keyout ca.key -out plant-ca.pem -subj '/CN=The plant'
#@ new -keyout server.key -subj /CN=broker.example -addext subjectAltName=DNS:localhost | sign -out server.pem
#@ new -keyout me.key -subj /CN=me -addext extendedKeyUsage=clientAuth | sign -out me.pem
#@ chmod 600 me.key
#@ cat > mosquitto.conf << end
#@ user root
#@ allow_anonymous true
#@ listener $tls localhost
#@ cafile plant-ca.pem
#@ certfile server.pem
#@ keyfile server.key
#@ listener $wss 127.0.0.1
#@ protocol websockets
#@ certfile server.pem
#@ keyfile server.key
#@ listener 0 $HOME/mosquitto.sock
#@ end
#@ rm -f mosquitto.log mosquitto.sock
#@ mosquitto -c mosquitto.conf > mosquitto.log 2>&1 &
#@ until grep -qs running mosquitto.log; do kill -0 $!; sleep 0.1; done
#@ microsocks -i 127.0.0.1 -p "$proxy" &
#@ until test -S mosquitto.sock; do sleep 0.1; done
#@ command mqtt pub --unix mosquitto.sock -t a/b -m x -r -q 1
#@ mkdir -p bin
#@ printf '#!/bin/sh\necho secret\n' > bin/pass
#@ chmod +x bin/pass
#@ PATH=$PWD/bin:$PATH
#@ export SSL_CERT_FILE=plant-ca.pem
#@ mqtt() {
#@     test "$1" = pub || set -- "$@" -W 20s
#@     for word; do
#@         shift
#@         word=$(printf '%s\n' "$word" | sed "s|^wss://broker.example|wss://localhost:$wss|
#@             s|^mqtts://\(.*\)broker.example|mqtts://\1localhost:$tls|
#@             s|^broker.example|localhost|; s|localhost:1080|127.0.0.1:$proxy|
#@             s|/run/mosquitto/mosquitto.sock|$HOME/mosquitto.sock|")
#@         set -- "$@" "$word"
#@     done
#@     case $* in *localhost:*|*unix*) ;; *) set -- "$@" -p "$tls" ;; esac
#@     command mqtt "$@"
#@ }
#@ got=$({

mqtt sub -L mqtts://ops@broker.example 'a/#' -C 1 --password-command 'pass show mqtt/plant'
mqtt pub -h broker.example --ca plant-ca.pem --cert me.pem --key me.key -t a/b -m y -r -q 1
mqtt sub -L wss://broker.example/mqtt 'a/#' -C 1 --ws-header 'Authorization: Bearer abc'
mqtt pub -L unix:///run/mosquitto/mosquitto.sock -t a/b -m z -r -q 1
mqtt sub -L mqtts://broker.example 'a/#' -C 1 --proxy socks5h://localhost:1080

#@ })
#@ test "$got" = "$(printf 'x\ny\nz')"
