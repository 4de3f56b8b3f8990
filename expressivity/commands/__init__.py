"""The commands of `python -m expressivity`, one file a subject."""
