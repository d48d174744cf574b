"""What makes a window alarm: which test judges a column, how often chance may, for how long drift has to last, and how many rows count as one."""
