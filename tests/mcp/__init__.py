"""The server for assistants, asked by the client of the official SDK."""
