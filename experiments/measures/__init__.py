"""Complexity, stability and memorization, measured: one concept a file.

The measures of a trained network take its weights as a list of dense layers (see `dense`) and the
sample; those of a class of networks take its architecture, or what training on random signs
reached; those of a kernel take its matrix. None of them trains anything.
"""
