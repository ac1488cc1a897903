# How many days is the certificate still valid?
#@ mqtt() { echo '{"certificate":{"not_after":"2027-01-02T00:00:00.000000Z","seconds_left":3024000}}'; }
#@ got=$({

mqtt check -L mqtts://broker.example --json | jq '.certificate.seconds_left / 86400 | floor'

#@ })
#@ test "$got" = 35
