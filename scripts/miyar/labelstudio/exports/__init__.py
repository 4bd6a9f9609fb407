"""Raw exports on disk: found, read, chosen from and imported; no server."""
