"""Explicit networks that memorize a sample: one construction a file, one common form."""

from expressivity.memorizers.compare import compare
from expressivity.memorizers.layered import Layered
from expressivity.memorizers.lower_bounds import lower_bounds
from expressivity.memorizers.memorize import memorize

__all__ = ["Layered", "compare", "lower_bounds", "memorize"]
