# Send a mail when a device falls silent.
#@ rm -f ready
#@ mail() { cat > alarm; }
#@ {
#@     until grep -qs '"event":"subscribe"' ready; do sleep 0.1; done
#@     mqtt pub -t pump/heartbeat -m beat --repeat 5 --interval 500ms
#@ } &
#@ mqtt() { command mqtt "$@" --idle 3s --events ready; }

mqtt sub -t pump/heartbeat --idle 30s > beats
echo "no heartbeat for 30 seconds, status $?" | mail -s pump ops@example.com

#@ test "$(grep -c beat beats)" = 5
#@ grep -q 'no heartbeat.*status 0' alarm
