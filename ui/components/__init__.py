"""Pieces the pages are made of. Functions that end in `_html` return HTML in which all foreign text is escaped."""
