"""Speed and quality of retrieval, measured: `python -m eval.bench [NAME…] [--json]`.

    __main__     the command: which benchmarks, table or JSON
    ingest       Vouch end to end against the raw embedder and against LlamaIndex's pipeline into Chroma
    search       warm retrieval and answers against embedding alone and Chroma alone
    start        cold commands against an empty interpreter
    pages        the pages in a real browser: paints, interactions, twenty sessions at once (browser: what is done there)
    inputs       the papers and questions all of them use
    figures      what a benchmark returns: medians, ratios, targets
    process      runs one job in a process of its own
    jobs         what such a process does
    llama_pipeline, onnx_minilm   the baseline: LlamaIndex, with the arithmetic of Chroma's default embedding
    machine      what it all ran on
    display      progress while it runs, and the table at the end

    retrieval    quality: Vouch, its parts, plain Chroma and LlamaIndex over the same papers, on judged queries
    judged       queries and which papers are relevant to them
    vouch_rankers, baseline_rankers   who ranks
    kept_minilm  the baselines' embedding, kept from one measurement to the next
    quality      figures, intervals, paired differences
    retrieval_tables   the tables

A rate says little on a machine that does other things too, so every figure that has a target stands beside a baseline of
the same run: contestants take turns, round by round, and a ratio is the median of the rounds' ratios.
"""
