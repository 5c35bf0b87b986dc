"""Two series compared: fixes, upgrades, and the history of builds."""
