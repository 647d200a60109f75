"""Reports of one or more runs: a page, Markdown, a table, JSON.

gather.py     run folders -> Report, a row in memory at a time
charts.py     numbers -> SVG
plots.py      Report -> the plots of the page
page.py       Report -> one HTML page that needs nothing else; style.py its looks, answers.py its questions
tables.py     Report -> Markdown, CSV, JSON

The same run folders give the same bytes.
"""
