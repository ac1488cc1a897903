# Store a value, and read the latest into a variable.
#@ got=$({

mqtt pub -t sensors/hall -m 21.5 -r -q 1
temperature=$(mqtt sub -t sensors/hall -C 1 -W 5s)
echo "It is $temperature degrees in the hall."

#@ })
#@ test "$got" = 'It is 21.5 degrees in the hall.'
