# Raise the alarm when a device falls silent.
#@ mail() { cat > alarm; }
#@ mqtt pub -t pump/heartbeat -m beat --repeat 5 --interval 500ms &
#@ mqtt() { command mqtt "$@" --idle 2s; }

mqtt sub -t pump/heartbeat --idle 30s > beats
echo "no heartbeat for 30 seconds, status $?" | mail -s pump ops@example.com

#@ grep -q beat beats
#@ grep -q 'no heartbeat.*status 0' alarm
