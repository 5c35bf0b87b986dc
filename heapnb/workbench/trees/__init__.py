"""Tables that unfold: what the widgets and the report browse, a page of rows at a time."""
