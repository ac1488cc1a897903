# Publish a measurement every ten seconds over a single connection.
#@ sleep() { command sleep 0.1; }
#@ if ! test -e /proc/loadavg; then exit; fi
#@ measure() {

while sleep 10; do cut -d ' ' -f 1 /proc/loadavg; done | mqtt pub -t host/load -l -r

#@ }
#@ measure &
#@ mqtt sub -t host/load -C 3 | grep -cE '^[0-9]+\.[0-9]+$' | grep -x 3
#@ kill $! || :
