"""Fitting: the small models of the engine, from development questions to the files they are read from."""
