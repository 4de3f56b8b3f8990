"""Complexity, stability and memorization, measured: one concept a file.

The measures of a trained network take its layers (see `layers`; `stack` reads them from torch) and
the sample; those of a class of networks take its architecture, or what training on random signs
reached; those of a kernel take its matrix. None of them trains anything.
"""
