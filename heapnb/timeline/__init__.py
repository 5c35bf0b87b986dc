"""Memory and garbage collection of a process over time, from side files and logs."""
