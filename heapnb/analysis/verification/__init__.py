"""Two series compared: whether a fix worked, what an upgrade changed, and the history of builds."""
