//! A simulation of whole runs.
