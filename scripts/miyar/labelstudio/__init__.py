"""Label Studio: its configuration, its tasks, its exports, and a server of one's own."""
