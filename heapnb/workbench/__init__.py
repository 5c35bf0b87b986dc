"""What the browser shows: tree tables, the source of their pages, the JavaScript modules."""
