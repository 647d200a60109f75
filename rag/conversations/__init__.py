"""Conversations, kept: what was asked, what became of it, and what readers thought of it."""
