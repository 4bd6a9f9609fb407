"""What people drew on the page, from the results of one annotation to spans and arguments; no files."""
