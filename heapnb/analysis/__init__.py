"""Questions to one heap or several, and their answers as frozen results."""
