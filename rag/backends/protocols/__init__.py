"""The protocols, one module each, through LlamaIndex's classes; only a module that is used imports its package."""
