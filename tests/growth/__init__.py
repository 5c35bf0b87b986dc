"""Programs whose growth has a shape: caches that fill up, queues, pools, and leaks."""
