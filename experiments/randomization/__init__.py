"""The randomization test on a model and data of one's own."""
