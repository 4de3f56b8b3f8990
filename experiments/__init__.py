"""What fits what, how fast, and what it means: the experiments of the paper as records."""
