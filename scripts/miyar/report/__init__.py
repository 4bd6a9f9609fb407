"""What people read: scores and ledgers as text, Markdown or JSON."""
