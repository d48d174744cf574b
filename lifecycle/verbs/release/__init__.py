"""Release: compare, decide, try, roll out and back."""
