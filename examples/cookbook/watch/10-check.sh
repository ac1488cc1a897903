# Check a broker step by step: how long each step takes, and a message there and back. The step that fails is named.
#@ mqtt() { command mqtt "$@" > report; }
mqtt check -t check/me -q 1
#@ unset -f mqtt
#@ grep -q '^message   check/me, QoS 1, there and back' report
