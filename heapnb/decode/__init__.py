"""From V8's internals to what the program meant: functions with their places, values as literals."""
