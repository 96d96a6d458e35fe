"""What is there, what is missing, and the line that fixes it."""
