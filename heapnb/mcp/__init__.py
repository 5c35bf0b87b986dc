"""A server of the Model Context Protocol: an assistant asks, heapnb answers; see docs/mcp.md."""
