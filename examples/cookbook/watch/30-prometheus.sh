# Metrics for Prometheus: run this every minute, in the directory that the node exporter's textfile collector reads. A
# failure is a metric, too (`mqtt_check_up` is 0), so the file is replaced whatever the status.
mqtt check -t check/me -q 1 --prometheus > mqtt.prom.new || echo "status $?"
mv mqtt.prom.new mqtt.prom
#@ grep -q '^mqtt_check_up{target=.*} 1$' mqtt.prom
#@ grep -q '^mqtt_check_step_seconds{target=.*,step="message"} 0' mqtt.prom
