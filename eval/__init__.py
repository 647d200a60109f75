"""Evaluation: question sets, the metrics computed over answers, and runs that can be stopped and resumed.

questions.py  a JSONL or CSV file -> Question records (formats.py holds the grammar of the files)
resolve.py    the papers a question names -> ids in the library
scoring.py    one question and its answer -> scores, with the formulas of metrics.py
summary.py    rows -> means, counts and intervals
results.py    results.jsonl: written row by row, repaired after a kill
runs.py       run folders: what a run was made of, which runs exist
runner.py     asks the questions; the only module here that opens an assistant
cli.py        vouch eval
"""
