"""From V8's internals to what the program meant: functions and where they are, values."""
