"""Vouch's engine: readers, library, retrieval, answers and the command line. Importing it sets one variable and does no work."""

import os

# NumPy's linear algebra wakes a thread for every core, which then spins for a while: 20 ms of processor time a question, for
# products that take less than one. It is asked for one thread before NumPy is first imported; a choice of the user's own stays.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
