"""Speed and memory, measured beside peers; no test times anything."""
