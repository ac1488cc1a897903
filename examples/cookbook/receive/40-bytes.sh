# Save a binary payload byte for byte. The last line does the same from the JSON record.

head -c 100000 /dev/urandom > image.bin
mqtt pub -t firmware -f image.bin -r -q 1
mqtt sub -t firmware -C 1 -N > copy.bin
mqtt sub -t firmware -C 1 --json | jq -r '.payload_base64 // (.payload | @base64)' | base64 -d > copy2.bin

#@ cmp image.bin copy.bin
#@ cmp image.bin copy2.bin
