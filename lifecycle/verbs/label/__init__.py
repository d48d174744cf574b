"""Label: the queue, the experts' answers and the labels that follow."""
