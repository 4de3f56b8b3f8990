"""The theorem to play with: one self-contained page that computes in the browser."""

from paper_figures.explorable.page import explorable

__all__ = ["explorable"]
