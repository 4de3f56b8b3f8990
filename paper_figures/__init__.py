"""Pictures and tables, from stored records alone: no picture ever reruns an experiment."""
