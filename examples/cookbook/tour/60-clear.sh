# Look at the retained messages, and remove them.
#@ mqtt pub -t sensors/hall -t sensors/roof -t other -m 1 -r -q 1
#@ {

mqtt sub 'sensors/#' --retained-only -v
mqtt clear-retained 'sensors/#'

#@ } > got
#@ test "$(sort got | uniq -c | tr -s ' \n' ' ')" = ' 1 sensors/hall 1 sensors/hall 1 1 sensors/roof 1 sensors/roof 1 '
#@ test "$(mqtt sub '#' --retained-only -F %t)" = other
