"""The paper's SGD: networks, recipe, the loop, regularizers, precision, checkpoints (torch)."""
