"""What users type after `python -m experiments`: one small file of commands a room."""
