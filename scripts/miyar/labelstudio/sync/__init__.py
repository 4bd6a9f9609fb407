"""What a server is to hold and what it holds: plans, pushes, pulls, and whose project is whose."""
