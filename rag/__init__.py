"""Vouch's engine: readers, library, retrieval, answers and the command line. Importing it does no work."""
