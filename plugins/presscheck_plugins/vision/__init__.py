"""What the reader `vision-http` is made of: settings, calls, and its distrust of answers."""
