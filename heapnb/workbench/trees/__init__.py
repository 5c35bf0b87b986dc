"""Tree tables: what widgets and reports browse, one page of rows at a time."""
