"""One JavaScript file that takes snapshots where there is no Python."""
