"""The library: catalogue, vectors, keywords, and the pipeline that fills them."""
