# A plugin for Nagios, Icinga and others, with thresholds: one line with performance data, and a status from 0 to 3.
mqtt check --nagios --warn connect=300ms,ping=100ms --critical connect=2s,ping=1s -W 5s
