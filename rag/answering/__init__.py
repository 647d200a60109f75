"""From evidence to an answer: quoting, writing, citations, support and refusal."""
