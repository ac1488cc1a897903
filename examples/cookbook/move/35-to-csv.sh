# Text messages to CSV, commas and quotes in them or not.
#@ mqtt pub -t sensors/hall -m '21.5, "warm"' -r -q 1
#@ mqtt() { command mqtt "$@" --retained-only; }

mqtt sub 'sensors/#' --json | jq -r '[.time, .topic, .payload] | @csv' > readings.csv

#@ grep -qx '"2[^"]*Z","sensors/hall","21.5, ""warm"""' readings.csv
